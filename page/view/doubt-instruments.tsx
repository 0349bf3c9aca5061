import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { type DoubtValue, doubtCurves, doubtOf, spokenDoubt } from '../player/doubt-curves.js';
import { Sparkline } from './trace.js';

type Points = readonly (readonly [atS: number, value: number])[];

interface DoubtProps {
  result: PerceptionFrame | undefined;
  /** Points of the last seconds. */
  pointsOf(id: DoubtValue['id']): Points;
  nowS: number;
}

/** How far the frame is from ordinary ones; nothing if no network judged the last seconds. */
export function Novelty(props: DoubtProps) {
  if (!hasCurve('novelty', props)) return null;
  return (
    <section class="card" aria-label="Novelty">
      <h2>Novelty</h2>
      <DoubtCurve id="novelty" {...props} />
    </section>
  );
}

/** The path of the steering against lane, recorded driver and free space, as far as they are known. */
export function SteeringChecks(props: DoubtProps) {
  const ids = (['off lane', 'off driver', 'off free space'] as const).filter((id) =>
    hasCurve(id, props),
  );
  const aheadM = props.result?.steeringCheck?.aheadM;
  if (ids.length === 0) return null;
  return (
    <section class="card" aria-label="Steering against the road">
      <h2>
        Steering against the road
        {aheadM !== undefined && <small> · {aheadM.toFixed(0)} m ahead</small>}
      </h2>
      {ids.map((id) => (
        <DoubtCurve key={id} id={id} {...props} />
      ))}
    </section>
  );
}

const doubtNow = (id: DoubtValue['id'], { result }: DoubtProps) =>
  result && doubtOf(result).find((value) => value.id === id);
const hasCurve = (id: DoubtValue['id'], props: DoubtProps) =>
  props.pointsOf(id).length > 0 || doubtNow(id, props) !== undefined;

function DoubtCurve({ id, ...props }: DoubtProps & { id: DoubtValue['id'] }) {
  const { label, unit, said } = doubtCurves[id];
  const now = doubtNow(id, props);
  const threshold = now?.threshold;
  const words = now === undefined ? 'not seen' : spokenDoubt(id, now.value);
  const line = threshold === undefined ? '' : `; the line stands at ${threshold} ${unit}`.trimEnd();
  return (
    <div class="doubt">
      <p>
        {id !== 'novelty' && <span class="quiet">{label} </span>}
        <strong class="number">{words}</strong>{' '}
        <span class="alert" role="status">
          {now?.isSaid === true && said}
        </span>
      </p>
      <Sparkline
        points={props.pointsOf(id)}
        nowS={props.nowS}
        label={`${label}, the last ten seconds${line}`}
        isSigned={unit === 'm'}
        threshold={threshold}
      />
    </div>
  );
}
