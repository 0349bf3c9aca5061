import { type RerunState, type Whose, whoseNames } from '../rerun/rerun-state.js';
import type { RerunSettings } from '../rerun/settings.js';

const sliders = [
  ['scoreThreshold', 'Score threshold'],
  ['nmsIou', 'Overlap of boxes (NMS)'],
  ['abstainBelow', 'Abstain below'],
] as const satisfies readonly (readonly [keyof RerunSettings, string])[];

/** The networks in this browser: switch, thresholds, a second bundle, and what differs. */
export function RerunPanel({ rerun }: { rerun: RerunState }) {
  const isOn = rerun.isOn.value;
  const defaults: RerunSettings = Object.assign({}, ...rerun.bundles.value.map((b) => b.defaults));
  return (
    <section class="card rerun" aria-label="Networks in this browser">
      <h2>Networks in this browser</h2>
      <label class="switch">
        <input
          type="checkbox"
          checked={isOn}
          disabled={!rerun.canRun}
          onChange={() => (isOn ? rerun.stop() : void rerun.start())}
        />
        Run them on the frame shown <kbd>R</kbd>
      </label>
      <p class="quiet" role="status">
        {rerun.status.value || (isOn ? rerun.runtime.value : 'Nothing leaves this machine.')}
      </p>
      {rerun.error.value !== '' && (
        <p class="error" role="alert">
          {rerun.error.value}
        </p>
      )}
      {rerun.uncertified.value.map((text) => (
        <p class="alert" key={text}>
          {text}
        </p>
      ))}
      {isOn && (
        <>
          {sliders.map(([key, label]) => {
            const value = rerun.settings.value[key] ?? defaults[key];
            if (value === undefined) return null;
            return (
              <label class="slider" key={key}>
                <span>
                  {label} <b class="value">{value.toFixed(2)}</b>
                </span>
                <input
                  type="range"
                  min="0.01"
                  max="0.99"
                  step="0.01"
                  value={value}
                  onInput={(event) =>
                    void rerun.apply({
                      ...rerun.settings.value,
                      [key]: Number(event.currentTarget.value),
                    })
                  }
                />
              </label>
            );
          })}
          <button type="button" onClick={() => void rerun.apply({})}>
            As the bundles say
          </button>
        </>
      )}
      <Comparison rerun={rerun} />
    </section>
  );
}

function Comparison({ rerun }: { rerun: RerunState }) {
  if (!rerun.canRun) return null;
  const count = rerun.differences.value.size;
  return (
    <>
      <label class="file">
        <span>Second bundle (a folder from disk)</span>
        <input
          type="file"
          // A folder: manifest.json, golden.json and the network.
          {...{ webkitdirectory: true }}
          multiple
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            const name = files[0]?.webkitRelativePath.split('/')[0] || 'bundle';
            if (files.length > 0) void rerun.loadSecond(name, files);
          }}
        />
      </label>
      {rerun.second.value && (
        <p class="quiet">
          {rerun.second.value.task}: {rerun.second.value.name} {rerun.second.value.version}
        </p>
      )}
      {rerun.isOn.value && (
        <>
          <div class="pair">
            <WhoseSelect
              label="Left"
              value={rerun.left.value}
              onChange={(whose) => rerun.look(whose ?? 'rig', rerun.right.value)}
            />
            <WhoseSelect
              label="Right"
              value={rerun.right.value}
              isOptional
              onChange={(whose) => rerun.look(rerun.left.value, whose)}
            />
          </div>
          <div class="buttons">
            <button type="button" onClick={() => void rerun.compareAll()}>
              {rerun.isComparing.value ? 'Stop' : 'Run the whole drive'}
            </button>
            <button
              type="button"
              disabled={count === 0}
              onClick={() => void rerun.goToDifference(-1)}
            >
              ◀ Difference <kbd>P</kbd>
            </button>
            <button
              type="button"
              disabled={count === 0}
              onClick={() => void rerun.goToDifference(1)}
            >
              Difference ▶ <kbd>N</kbd>
            </button>
          </div>
          {rerun.right.value !== undefined && (
            <p class="quiet" id="differences">
              {rerun.compared.value} frames compared, {count} differ
            </p>
          )}
        </>
      )}
    </>
  );
}

function WhoseSelect({
  label,
  value,
  isOptional = false,
  onChange,
}: {
  label: string;
  value: Whose | undefined;
  isOptional?: boolean;
  onChange(whose: Whose | undefined): void;
}) {
  return (
    <label>
      {label}{' '}
      <select
        value={value ?? ''}
        onChange={(event) =>
          onChange((event.currentTarget.value || undefined) as Whose | undefined)
        }
      >
        {isOptional && <option value="">nothing</option>}
        {Object.entries(whoseNames).map(([whose, name]) => (
          <option key={whose} value={whose}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
