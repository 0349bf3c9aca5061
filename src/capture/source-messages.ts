import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TimeSource } from '../frame/frame-source.js';
import {
  type DropCountSchema,
  type SourceTimingSchema,
  TimeSource as TimeSourceCode,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { SourceTimingNow } from './source-timing.js';

export const timeSources: Readonly<Record<TimeSource, TimeSourceCode>> = {
  driver: TimeSourceCode.DRIVER,
  stream: TimeSourceCode.STREAM,
  arrival: TimeSourceCode.ARRIVAL,
  recorded: TimeSourceCode.RECORDED,
};

export function dropMessages(
  drops: Readonly<Record<string, number>>,
): MessageInitShape<typeof DropCountSchema>[] {
  return Object.entries(drops).map(([reason, count]) => ({ reason, count: BigInt(count) }));
}

export function sourceTimingMessage(
  timing: SourceTimingNow,
): MessageInitShape<typeof SourceTimingSchema> {
  const { timeSource, gaps, repairedStamps, ...rest } = timing;
  return {
    ...rest,
    timeSource: timeSources[timeSource],
    gaps: BigInt(gaps),
    repairedStamps: BigInt(repairedStamps),
  };
}
