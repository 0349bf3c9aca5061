import type { Bundle } from '../bundle/bundle.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { FrameLayout } from '../frame/frame.js';
import type { NetworkSession } from '../inference/network-session.js';
import type { StageTimes } from '../pipeline/frame-record.js';
import { createDetectionRunner } from './detection-runner.js';
import { type FrameInput, hostInput, type PreprocessedBy } from './frame-input.js';
import { createSegmentationRunner } from './segmentation-runner.js';
import { createSignsRunner } from './signs-runner.js';
import type { StageResult } from './stage-result.js';
import { createSteeringRunner } from './steering-runner.js';

/** Monotonic times of one run. A run that needed no inference has all of them equal to its end but the start. */
export type StageMarks = Omit<StageTimes, 'dispatchNs'>;

/** One stage in its lane: pixels in, decoded answer out. Used by one thread, one run at a time. */
export interface StageRunner {
  /**
   * `pixels` is a ring slot, read only during the call. `input` is the answer of the stage that this one
   * reads. Rejects with ERR_INFERENCE when the network fails.
   */
  run(pixels: Uint8Array, input?: StageResult): Promise<{ result: StageResult; marks: StageMarks }>;
  readonly preprocessedBy: PreprocessedBy;
  /** Frees the network that it runs. */
  dispose(): Promise<void>;
}

/** What a stage must know before its first frame. */
export interface StageSetup {
  bundle: Bundle;
  session: NetworkSession;
  frame: FrameLayout;
  /** Undefined: pixels are taken as they are. */
  camera: CameraModel | undefined;
  /** Class names of the detector whose boxes the sign stage crops. */
  detectorClasses: readonly string[];
}

/**
 * Builds what a stage needs for frames of one layout. `input` brings whole frames to the network: through a remap
 * table here when left out. Signs are cut from the frame at full size in any case: the crops are small.
 * Throws ERR_CALIBRATION, ERR_FRAME_SIZE or ERR_BUNDLE.
 */
export function createStageRunner(setup: StageSetup, input?: FrameInput): StageRunner {
  const { decode } = setup.bundle.manifest;
  switch (decode.kind) {
    case 'ssd':
      return createDetectionRunner(setup, input ?? hostInput(setup), decode);
    case 'signs':
      return createSignsRunner(setup, decode);
    case 'segmentation':
      return createSegmentationRunner(setup, input ?? hostInput(setup), decode);
    case 'steering':
      return createSteeringRunner(input ?? hostInput(setup), decode);
  }
}
