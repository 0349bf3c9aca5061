import type { PerceptionFrame } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { doubtOf } from '../player/doubt-curves.js';
import { stageTimesMs } from './instruments.js';
import type { Trace } from './trace.js';

/** Adds a result's angle, its doubt values, and the time of each of its stages. */
export function traceFrame(trace: Trace, result: PerceptionFrame | undefined): void {
  if (result === undefined) return;
  const angle = result.steering && (['angle', result.steering.angleRad] as const);
  trace.add(Number(result.sourceTimeNs) / 1e9, [
    ...(angle ? [angle] : []),
    ...doubtOf(result).map(({ id, value }) => [id, value] as const),
    ...stageTimesMs(result),
  ]);
}
