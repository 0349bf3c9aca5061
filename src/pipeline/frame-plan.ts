import type { Task } from '../bundle/manifest.js';
import type { ErrorCode } from '../frame/perception-error.js';
import type { CapturedFrame, StageOutcome } from './frame-record.js';

/** Which boxes the sign network reads: every sign, or those that are new or have grown since they were read. */
export type SignReadingRule = 'all' | 'newOrGrown';

/** Decisions about a frame before any stage runs. */
export interface FramePlan {
  /** Mode of operation; empty while nothing is held back. */
  mode: string;
  /** Stages that do not run on this frame, with their outcome. */
  withheld: ReadonlyMap<Task, WithheldStage>;
  signs: SignReadingRule;
  /** If set, the frame is dropped at once, for this reason. */
  dropReason?: string;
}

export type WithheldStage =
  | Extract<StageOutcome, { state: 'skipped' | 'late' }>
  | { state: 'failed'; errorCode: ErrorCode; message?: string };

/** Called once for each frame, in order of arrival. */
export type FramePlanner = (frame: CapturedFrame) => FramePlan;

/** Everything runs. */
export const fullPlan: FramePlan = { mode: '', withheld: new Map(), signs: 'all' };
