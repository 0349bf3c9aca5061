import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { doubtOf } from '../player/doubt-curves.js';
import { stageTimesMs } from './instruments.js';
import type { Trace } from './trace.js';

/** Adds the angle of a result, what says how far it is to be believed, and what each of its stages took. */
export function traceFrame(trace: Trace, result: PerceptionFrame | undefined): void {
  if (result === undefined) return;
  const angle = result.steering && (['angle', result.steering.angleRad] as const);
  trace.add(Number(result.sourceTimeNs) / 1e9, [
    ...(angle ? [angle] : []),
    ...doubtOf(result).map(({ id, value }) => [id, value] as const),
    ...stageTimesMs(result),
  ]);
}
