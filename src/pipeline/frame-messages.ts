import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Task } from '../bundle/manifest.js';
import type { TimeSource } from '../frame/frame-source.js';
import {
  type DropCountSchema,
  type SourceTimingSchema,
  StageState,
  type StageStatusSchema,
  TimeSource as TimeSourceCode,
  type TimingSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { DropCounts } from './drop-counts.js';
import type { FrameOutcome } from './frame-record.js';
import type { SourceTimingNow } from './source-timing.js';

const states = {
  ok: StageState.OK,
  skipped: StageState.SKIPPED,
  late: StageState.LATE,
  failed: StageState.FAILED,
} as const;

export const timeSources: Readonly<Record<TimeSource, TimeSourceCode>> = {
  driver: TimeSourceCode.DRIVER,
  stream: TimeSourceCode.STREAM,
  arrival: TimeSourceCode.ARRIVAL,
  recorded: TimeSourceCode.RECORDED,
};

export type StagePlaces = ReadonlyMap<Task, { provider: string; lane: string }>;

export function dropMessages(drops: DropCounts): MessageInitShape<typeof DropCountSchema>[] {
  return Object.entries(drops).map(([reason, count]) => ({ reason, count: BigInt(count) }));
}

export function stageStatusMessages(
  { stages }: FrameOutcome,
  places: StagePlaces,
): MessageInitShape<typeof StageStatusSchema>[] {
  return [...places].map(([stage, { provider }]) => {
    const outcome = stages.get(stage)!;
    const failure = outcome.state === 'failed' ? outcome : undefined;
    const { errorCode = '', message: errorMessage = '' } = failure ?? {};
    const reason = outcome.state === 'skipped' ? outcome.reason : '';
    return { stage, state: states[outcome.state], provider, errorCode, errorMessage, reason };
  });
}

export function timingMessage(
  { frame, stages }: FrameOutcome,
  places: StagePlaces,
  publishNs: bigint,
  wallOffsetNs: bigint,
): MessageInitShape<typeof TimingSchema> {
  return {
    timeSource: timeSources[frame.timeSource ?? 'recorded'],
    captureNs: frame.captureTimeNs,
    arrivalNs: frame.arrivalTimeNs,
    publishNs,
    wallOffsetNs,
    stages: [...places].flatMap(([stage, { lane }]) => {
      const outcome = stages.get(stage)!;
      return outcome.state === 'ok' ? [{ stage, lane, ...outcome.times }] : [];
    }),
  };
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
