import { useEffect, useRef } from 'preact/hooks';
import {
  type PerceptionFrame,
  type PipelineStatus,
  StageState,
} from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { spoken } from '../../src/viewer/box-label.js';
import { spokenAngle } from './describe-frame.js';
import { Sparkline, type Trace } from './trace.js';

/** Ratio of the drawn wheel's angle to the road wheels', so that small angles are visible. */
const wheelRatio = 6;
export function SteeringWheel({
  result,
  angles,
  nowS,
}: {
  result: PerceptionFrame | undefined;
  /** Angles of the last seconds, in any unit. */
  angles: readonly (readonly [atS: number, angle: number])[];
  nowS: number;
}) {
  const steering = result?.steering;
  const degrees = ((steering?.angleRad ?? 0) * 180) / Math.PI;
  const words = steering
    ? `${spokenAngle(steering.angleRad)}${steering.isLimited ? ', limited' : ''}`
    : 'no answer';
  return (
    <section class="card" aria-label="Steering">
      <h2>Steering</h2>
      <div class="steering">
        <svg viewBox="-50 -50 100 100" class="wheel" role="img" aria-label={`Wheel: ${words}`}>
          <g transform={`rotate(${-degrees * wheelRatio})`}>
            <circle r="42" class="rim" />
            <path d="M-42 4 L42 4 M0 4 L0 42" class="rim" />
            <circle cy="-42" r="5" class="mark" />
          </g>
        </svg>
        <div>
          <strong class="angle">{words}</strong>
          <Sparkline points={angles} nowS={nowS} label="Angles of the last ten seconds" isSigned />
        </div>
      </div>
    </section>
  );
}

/** Signs of the frame, cut from its picture, with their remembered readings. */
export function Signs({
  result,
  picture,
}: {
  result: PerceptionFrame | undefined;
  picture: ImageBitmap | undefined;
}) {
  const signs = result?.signs ?? [];
  return (
    <section class="card" aria-label="Signs">
      <h2>Signs</h2>
      {signs.length === 0 && <p class="quiet">none</p>}
      <ul class="signs">
        {signs.map((sign) => (
          <li key={`${sign.trackId} ${sign.detectionIndex}`}>
            <SignCrop picture={picture} box={sign.boxPx} />
            <span>
              <strong>{sign.classId < 0 ? 'not read' : spoken(sign.className)}</strong>
              <small>
                {Math.round(sign.probability * 100)} %
                {sign.trackId > 0 && ` · track ${sign.trackId}`}
                {sign.isRemembered && ' · remembered'}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const cropPx = 44;

function SignCrop({
  picture,
  box,
}: {
  picture: ImageBitmap | undefined;
  box: PerceptionFrame['signs'][number]['boxPx'];
}) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current!.getContext('2d')!;
    context.clearRect(0, 0, cropPx, cropPx);
    if (!picture || !box) return;
    const { xMin, yMin, xMax, yMax } = box;
    const edge = Math.max(xMax - xMin, yMax - yMin) * 1.2;
    const [x, y] = [(xMin + xMax - edge) / 2, (yMin + yMax - edge) / 2];
    context.drawImage(picture, x, y, edge, edge, 0, 0, cropPx, cropPx);
  });
  return <canvas ref={ref} width={cropPx} height={cropPx} />;
}

const stateNames = ['', 'ok', 'skipped', 'late', 'failed'];

/** Time that each stage that ran took on a frame, milliseconds. */
export function stageTimesMs(result: PerceptionFrame | undefined): [stage: string, ms: number][] {
  return (result?.timing?.stages ?? []).map(({ stage, startNs, endNs }) => [
    stage,
    Number(endNs - startNs) / 1e6,
  ]);
}

/** Time and outcome of each stage on this frame and, with a trace, its earlier times. */
export function Stages({ result, trace }: { result: PerceptionFrame | undefined; trace?: Trace }) {
  const times = new Map(result?.timing?.stages.map((timing) => [timing.stage, timing]));
  const rows = (result?.stages ?? []).map(({ stage, state, provider, reason, errorCode }) => {
    const timing = times.get(stage);
    const parts = timing && [
      Number(timing.startNs - timing.dispatchNs) / 1e6,
      Number(timing.preprocessEndNs - timing.startNs) / 1e6,
      Number(timing.inferenceEndNs - timing.preprocessEndNs) / 1e6,
      Number(timing.endNs - timing.inferenceEndNs) / 1e6,
    ];
    const totalMs = timing ? Number(timing.endNs - timing.startNs) / 1e6 : undefined;
    const why = errorCode || reason;
    const said = state === StageState.OK ? provider : `${stateNames[state] ?? ''} ${why}`;
    return { stage, said, parts, totalMs, isOk: state === StageState.OK };
  });
  const longestMs = Math.max(1, ...rows.map(({ parts }) => parts?.reduce((a, b) => a + b, 0) ?? 0));
  return (
    <section class="card" aria-label="Stages">
      <h2>Stages</h2>
      {rows.length === 0 && <p class="quiet">no timing</p>}
      <table class="stages">
        <tbody>
          {rows.map(({ stage, said, parts, totalMs, isOk }) => (
            <tr key={stage}>
              <th scope="row">
                {stage}
                <small class={isOk ? 'quiet' : 'alert'}>{said}</small>
              </th>
              <td class="number">{totalMs === undefined ? '–' : `${totalMs.toFixed(1)} ms`}</td>
              <td class="bar" aria-hidden="true">
                {parts?.map((ms, i) => (
                  <i key={i} class={`part${i}`} style={{ width: `${(ms / longestMs) * 100}%` }} />
                ))}
              </td>
              {trace && (
                <td class="trace">
                  <Sparkline
                    points={trace.of(stage)}
                    nowS={trace.nowS}
                    label={`${stage}: the last ten seconds`}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > 0 && (
        <p class="legend" aria-hidden="true">
          {['waiting', 'preprocessing', 'network', 'decoding'].map((part, i) => (
            <span key={part}>
              <i class={`part${i}`} /> {part}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

/** Drops, mode, health and the origin of the result. */
export function Health({
  result,
  status,
}: {
  result: PerceptionFrame | undefined;
  /** Status of a live run, with its losses so far. */
  status?: PipelineStatus | undefined;
}) {
  if (result === undefined) return null;
  const { timing } = result;
  const latencyMs = timing ? Number(timing.publishNs - timing.captureNs) / 1e6 : 0;
  const drops = inWords(result.drops);
  const dropsSoFar = inWords(status?.drops ?? []);
  return (
    <section class="card" aria-label="State">
      <h2>State</h2>
      <dl class="facts">
        <dt>Frame</dt>
        <dd>{String(result.frameId)}</dd>
        <dt>Glass to result</dt>
        <dd>{latencyMs > 0 ? `${latencyMs.toFixed(1)} ms` : '–'}</dd>
        <dt>Mode</dt>
        <dd>{result.mode || 'full'}</dd>
        <dt>Health</dt>
        <dd class={result.health.length > 0 ? 'alert' : ''}>
          {result.health.map(spoken).join(', ') || 'well'}
        </dd>
        <dt>Dropped before it</dt>
        <dd class={drops === '' ? '' : 'alert'}>{drops || 'none'}</dd>
        {status && (
          <>
            <dt>Dropped so far</dt>
            <dd class={dropsSoFar === '' ? '' : 'alert'}>{dropsSoFar || 'none'}</dd>
            <dt>Published</dt>
            <dd>
              {String(status.framesPublished)} of {String(status.framesCaptured)} frames,{' '}
              {status.publishedRateHz.toFixed(1)} a second
            </dd>
          </>
        )}
        {result.bundles.map(({ task, version, networkSha256, isCertified }) => (
          <>
            <dt>{task}</dt>
            <dd>
              {version} <code>{networkSha256.slice(0, 8)}</code>
              {!isCertified && <span class="alert"> not certified</span>}
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}

const inWords = (drops: PerceptionFrame['drops']) =>
  drops.map(({ reason, count }) => `${count} ${spoken(reason)}`).join(', ');
