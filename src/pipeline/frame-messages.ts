import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Task } from '../bundle/manifest.js';
import { timeSources } from '../capture/source-messages.js';
import {
  StageState,
  type StageStatusSchema,
  type TimingSchema,
} from '../messages/gen/windshield/v1/perception_pb.js';
import type { FrameOutcome } from './frame-record.js';

const states = {
  ok: StageState.OK,
  skipped: StageState.SKIPPED,
  late: StageState.LATE,
  failed: StageState.FAILED,
} as const;

export type StagePlaces = ReadonlyMap<Task, { provider: string; lane: string }>;

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
