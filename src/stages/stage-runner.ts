import type { FrameInput, PreprocessedBy } from './frame-input.js';
import type { StageResult } from './stage-result.js';
import type { StageSetup } from './stage-setup.js';

/** Monotonic nanoseconds of one run. In a run that needed no inference, all of them but the start equal the end. */
export interface StageMarks {
  startNs: bigint;
  preprocessEndNs: bigint;
  inferenceEndNs: bigint;
  endNs: bigint;
}

/** One stage in its lane: pixels in, decoded answer out. Used by one thread, one run at a time. */
export interface StageRunner {
  /**
   * `pixels` is a ring slot, read only during the call. `input` is the answer of the stage that this one
   * reads. Rejects with ERR_INFERENCE when the network fails.
   */
  run(pixels: Uint8Array, input?: StageResult): Promise<{ result: StageResult; marks: StageMarks }>;
  readonly preprocessedBy: PreprocessedBy;
  /**
   * For a stage that reads another's answer: returns such an answer with `count` objects, to warm up or measure the stage
   * when no other stage runs.
   */
  exampleInput?(count: number): StageResult;
  /** Frees the network that it runs. */
  dispose(): Promise<void>;
}

/**
 * Builds a stage for frames of one layout. `input` brings whole frames to the network; a stage that cuts crops from the
 * frame does not call it. Throws ERR_CALIBRATION, ERR_FRAME_SIZE or ERR_BUNDLE.
 */
export type CreateStageRunner = (setup: StageSetup, input: () => FrameInput) => StageRunner;
