import type { Task } from '../bundle/manifest.js';
import type { TimeSource } from '../frame/frame-source.js';
import type { ErrorCode } from '../frame/perception-error.js';
import type { StageMarks } from '../stages/stage-runner.js';
import type { DropCounts } from './drop-counts.js';

/** A frame in a ring slot, as capture hands it over. Times are monotonic nanoseconds of this process. */
export interface CapturedFrame {
  id: number;
  slot: number;
  /** On the source's own time line, from its first frame. */
  sourceTimeNs: bigint;
  /** Unix time by camera or recording; 0 when unknown. */
  stampNs: bigint;
  captureTimeNs: bigint;
  /** When the pixels were complete in the slot. */
  arrivalTimeNs: bigint;
  /** Frames lost on the way here since the previous frame, by reason. */
  dropsBefore: DropCounts;
  /** Origin of `captureTimeNs`; a recorded source if left out. */
  timeSource?: TimeSource;
  /** How often the source was lost before this frame. */
  segment?: number;
  /** Codes of what is wrong with the picture. */
  pictureHealth?: readonly string[];
  /** The driver's steering in a recorded drive: angle at the wheels, radians, positive to the left. */
  driverSteeringRad?: number;
}

/** Times of a stage's run and of its dispatch to the lane. Monotonic nanoseconds. */
export interface StageTimes extends StageMarks {
  dispatchNs: bigint;
}

/** Outcome of one stage on one frame. `Result` is the stage's decoded answer. */
export type StageOutcome<Result = unknown> =
  | { state: 'ok'; result: Result; times: StageTimes }
  | { state: 'failed'; errorCode: ErrorCode; message?: string; times?: StageTimes }
  | { state: 'skipped'; reason: SkipReason }
  | { state: 'late' };

/**
 * `overtaken` by a newer frame, `degraded`: held back by the mode, `input`: the answer it reads is missing, `picture`:
 * not to be trusted, `novel`: unlike any scene that the rig knows.
 */
export type SkipReason = 'overtaken' | 'degraded' | 'input' | 'picture' | 'novel';

/** A frame with every stage decided, ready to be fused and published. */
export interface FrameOutcome<Result = unknown> {
  frame: CapturedFrame;
  stages: ReadonlyMap<Task, StageOutcome<Result>>;
  /** Frames lost since the last one published, by reason. */
  drops: DropCounts;
  /** Mode of operation when it came; empty or left out while nothing is held back. */
  mode?: string;
}
