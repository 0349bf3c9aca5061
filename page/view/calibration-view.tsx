import { useEffect } from 'preact/hooks';
import type { CalibrationState } from '../../src/outputs/page/calibration-protocol.js';
import type { CalibrationFeed } from '../calibration/calibration-feed.js';
import { BoardPicture } from './board-picture.js';

/** Calibration of a camera: its picture, what is still missing, and the result. */
export function CalibrationView({ feed }: { feed: CalibrationFeed }) {
  useEffect(() => feed.look(), []);
  const frame = feed.frame.value;
  const state = frame?.state;
  const problem = feed.error.value || state?.problem;
  return (
    <div class="view">
      <div class="main">
        <BoardPicture state={state} bitmap={frame?.bitmap} />
        <p class="hint" role="status">
          {state === undefined ? 'Waiting for the camera' : words(state)}
        </p>
        {problem && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        {state !== undefined && state.result.length > 0 && (
          <pre class="card result">{state.result.join('\n')}</pre>
        )}
      </div>
      <div class="side">{state && <Progress state={state} feed={feed} />}</div>
    </div>
  );
}

function words({ phase, hint, board, taken }: CalibrationState): string {
  switch (phase) {
    case 'watching':
      return hint === '' ? `Show the ${board}` : sentence(hint);
    case 'solving':
      return `Calibrating with ${taken} pictures`;
    case 'done':
      return `Calibrated with ${taken} pictures`;
    case 'failed':
      return 'Not calibrated';
    case 'stopped':
      return 'Ended; nothing was written';
  }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Progress({ state, feed }: { state: CalibrationState; feed: CalibrationFeed }) {
  const covered = state.coverage.filter((count) => count > 0).length / state.coverage.length;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const rows = [
    {
      name: 'pictures',
      value: String(state.taken),
      target: String(state.leastPictures),
      isMet: state.taken >= state.leastPictures,
    },
    {
      name: 'picture covered',
      value: percent(covered),
      target: percent(state.coverageTarget),
      isMet: covered >= state.coverageTarget,
    },
    ...state.certainties,
  ];
  return (
    <>
      <section class="card" aria-label="Progress">
        <h2>
          What is known <small>and what is well enough</small>
        </h2>
        <table class="needs">
          <tbody>
            {rows.map(({ name, value, target, isMet }) => (
              <tr key={name} class={isMet ? 'met' : ''}>
                <th scope="row">{name}</th>
                <td>{value ?? '?'}</td>
                <td class="quiet">{target}</td>
                <td>{isMet ? '✓' : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="card" aria-label="Tilts">
        <h2>The board was seen</h2>
        <ul class="needs">
          {state.tilts.map(({ name, isMet }) => (
            <li key={name} class={isMet ? 'met' : ''}>
              {isMet ? '✓' : '○'} {name}
              <span class="hidden">{isMet ? ', seen' : ', still missing'}</span>
            </li>
          ))}
        </ul>
        <p class="quiet">
          Pictures are taken by themselves: hold the board still, in a new place or tilt. The dark
          parts of the picture have not seen it yet.
        </p>
      </section>
      {state.phase === 'watching' && (
        <button
          type="button"
          disabled={state.taken < 4 || feed.isFinishing.value}
          onClick={() => void feed.finish()}
        >
          Calibrate with what there is
        </button>
      )}
    </>
  );
}
