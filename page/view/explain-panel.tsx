import type { Task } from '../../src/bundle/manifest.js';
import type { ExplainMethod } from '../../src/explanation/explain-methods.js';
import type { ExplainState } from '../explain/explain-state.js';
import type { ShownFrame } from '../player/player.js';

interface ExplainPanelProps {
  explain: ExplainState;
  frame: ShownFrame | undefined;
}

const methodWords: Readonly<Record<ExplainMethod, string>> = {
  'visual-backprop': 'VisualBackProp: what catches its eye',
  occlusion: 'Occlusion: what the answer is lost without',
  gradient: 'Gradient: which pixels move the answer',
  smoothgrad: 'SmoothGrad: the same, over noisy copies',
  integrated: 'Integrated gradients: what made the answer, from black on',
  'grad-cam': 'Grad-CAM: which places of a layer',
};

/** Chooses which answer is explained, and how; the heat map is drawn over the picture. */
export function ExplainPanel({ explain, frame }: ExplainPanelProps) {
  const task = explain.task.value;
  const explained = explain.explainedOf(frame);
  return (
    <section class="card explain" aria-label="What an answer is based on">
      <h2>What an answer is based on</h2>
      <div class="pair">
        <label>
          Answer of{' '}
          <select
            value={task ?? ''}
            disabled={explain.tasks.length === 0}
            onChange={({ currentTarget: { value } }) =>
              void explain.ask((value || undefined) as Task | undefined)
            }
          >
            <option value="">nothing</option>
            {explain.tasks.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        {task !== undefined && (
          <label>
            by{' '}
            <select
              value={explain.method.value}
              onChange={({ currentTarget: { value } }) =>
                void explain.ask(task, value as ExplainMethod)
              }
            >
              {explain.methodsOf(task).map((method) => (
                <option key={method} value={method}>
                  {methodWords[method]}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {task !== undefined && (
        <p class="quiet" role="status" id="explained">
          {explain.status.value ||
            explained?.answer ||
            (task === 'segmentation' ? 'Click on the pixel that you ask about.' : '')}
        </p>
      )}
      {explain.error.value !== '' && (
        <p class="error" role="alert">
          {explain.error.value}
        </p>
      )}
    </section>
  );
}
