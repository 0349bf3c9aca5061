import { type Task, tasks } from '../bundle/manifest.js';
import { type ErrorCode, PerceptionError } from '../frame/perception-error.js';
import {
  type PerceptionFrame,
  PerceptionFrameSchema,
  StageState,
  type StageStatus,
} from '../messages/gen/windshield/v1/perception_pb.js';
import { readMessage } from '../messages/read-message.js';
import { perceptionTopic } from '../messages/topics.js';
import { RecordingReader } from '../recording/recording-reader.js';
import { stageTable } from '../stages/stage-table.js';
import type { ModeConfig } from './degradation-schema.js';
import { type DropCounts, dropReasons } from './drop-counts.js';
import type { FramePlan, SignReadingRule, WithheldStage } from './frame-plan.js';
import type { CapturedFrame, SkipReason } from './frame-record.js';

/** Reasons that depend on time and load; the others are in the source and recur on their own. */
const reasonsOfTime: readonly string[] = [
  dropReasons.overtaken,
  dropReasons.degraded,
  dropReasons.stopped,
  'ring_full',
];

interface RecordedFrame {
  id: number;
  plan: FramePlan;
  drops: DropCounts;
}

/**
 * The outcome of each frame of a recorded run, so that the run can be repeated: dropped frames are dropped again, and
 * stages that were skipped, late or failed are so again, in the same mode. Replayed in lock-step, a live run gives the
 * same results again, byte for byte apart from their timing.
 */
export class RecordedPlan {
  readonly #frames: readonly RecordedFrame[];
  /** Index of the first recorded frame that is not before the requested one. */
  #next = 0;
  /** Drops that the next recorded frame reports and that are not yet assigned to frames. */
  #toDrop: Map<string, number> | undefined;

  private constructor(frames: readonly RecordedFrame[]) {
    this.#frames = frames;
  }

  /**
   * Reads the results in an MCAP file. `modes` are those of the pipeline file: a recorded one must be among them.
   * Rejects with ERR_RECORDING (no results) or ERR_CONFIG (an unknown mode).
   */
  static async read(path: string, modes: readonly ModeConfig[]): Promise<RecordedPlan> {
    const reader = await RecordingReader.open(path);
    const frames: RecordedFrame[] = [];
    try {
      for await (const { data } of reader.messages({ topics: [perceptionTopic.name] }))
        frames.push(recordedFrame(readMessage(PerceptionFrameSchema, data, path), modes, path));
    } finally {
      await reader.close();
    }
    if (frames.length === 0)
      throw new PerceptionError('ERR_RECORDING', `${path}: expected results, found none`);
    frames.sort((a, b) => a.id - b.id);
    return new RecordedPlan(frames);
  }

  /** Frames must come in order of their ids. */
  planFrame({ id, dropsBefore }: CapturedFrame): FramePlan {
    while ((this.#frames[this.#next]?.id ?? Infinity) < id) {
      this.#next++;
      this.#toDrop = undefined;
    }
    const coming = this.#frames[this.#next];
    if (coming?.id === id) return coming.plan;
    this.#toDrop ??= new Map(Object.entries(coming?.drops ?? {}));
    for (const [reason, count] of Object.entries(dropsBefore))
      this.#toDrop.set(reason, (this.#toDrop.get(reason) ?? 0) - count);
    const left = [...this.#toDrop].filter(([, count]) => count > 0).map(([reason]) => reason);
    const dropReason =
      left.find((reason) => reasonsOfTime.includes(reason)) ?? left[0] ?? dropReasons.unrecorded;
    this.#toDrop.set(dropReason, (this.#toDrop.get(dropReason) ?? 0) - 1);
    return { mode: '', withheld: new Map(), signs: 'all', dropReason };
  }
}

/** Readers come first: the outcome of the stage that they read would otherwise decide theirs. */
const readersFirst = tasks.toSorted(
  (a, b) => Number(stageTable[b].reads !== undefined) - Number(stageTable[a].reads !== undefined),
);

function recordedFrame(
  { frameId, mode, stages, drops }: PerceptionFrame,
  modes: readonly ModeConfig[],
  path: string,
): RecordedFrame {
  const known = modes.find(({ name }) => name === mode);
  if (mode !== '' && known === undefined)
    throw new PerceptionError(
      'ERR_CONFIG',
      `${path}: expected modes of the pipeline file (${modes.map(({ name }) => name).join(', ') || 'it has none'}), found ${mode}`,
    );
  const signs: SignReadingRule = known?.signs ?? 'all';
  const withheld = new Map<Task, WithheldStage>();
  for (const stage of readersFirst) {
    const status = stages.find((found) => found.stage === stage);
    const outcome = status && withheldAs(status);
    if (outcome !== undefined) withheld.set(stage, outcome);
  }
  const counts = Object.fromEntries(drops.map(({ reason, count }) => [reason, Number(count)]));
  return { id: Number(frameId), plan: { mode, withheld, signs }, drops: counts };
}

function withheldAs({
  state,
  reason,
  errorCode,
  errorMessage: message,
}: StageStatus): WithheldStage | undefined {
  switch (state) {
    case StageState.SKIPPED:
      return { state: 'skipped', reason: reason as SkipReason };
    case StageState.LATE:
      return { state: 'late' };
    case StageState.FAILED:
      return { state: 'failed', errorCode: errorCode as ErrorCode, message };
    default:
      return undefined;
  }
}
