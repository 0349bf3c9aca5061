import type { Manifest, Task } from '../bundle/manifest.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { PostedError } from '../capture/capture-messages.js';
import type { PreprocessedBy } from '../stages/frame-input.js';
import type { PreprocessChoice } from '../stages/preprocessing-place.js';
import type { StageResult } from '../stages/stage-result.js';
import type { Drill } from '../supervise/drill.js';
import type { LaneBlackBox } from '../supervise/supervised.js';
import type { StageOutcome } from './frame-record.js';

/** What a lane is started with; it loads its networks at once, while the source is still opening. */
export interface LaneWorkerData {
  /** In order of priority. A stage whose bundle differs from camera to camera is listed once for each bundle. */
  stages: readonly { task: Task; bundleDir: string }[];
  providers: readonly string[];
  preprocess: PreprocessChoice;
  allowUncertified: boolean;
  /** Set under a supervisor: where the lane records what it is doing. */
  blackBox?: LaneBlackBox | undefined;
  /** Faults to inject, only in a lane's first thread. */
  drills?: readonly Drill[] | undefined;
}

/** A stage whose network is loaded and proven. */
export interface LoadedStage {
  manifest: Manifest;
  provider: string;
  isCertified: boolean;
  /** Its provider could not take the whole network: some nodes run on the CPU. */
  isPartlyOnCpu: boolean;
  /** Largest difference from the golden outputs. */
  maxAbsDifference: number;
}

/** One camera's frames, and which of the lane's bundles run on them. */
export interface LaneCamera {
  /** The frame ring's memory. */
  ring: SharedArrayBuffer;
  camera: CameraModel | undefined;
  detectorClasses: readonly string[];
  /** Folders of the bundles that run on this camera; all of the lane's when left out. */
  bundleDirs?: readonly string[] | undefined;
}

/** How a lane brings one camera's frames to its networks. */
export interface LaneInputs {
  preprocessedBy: Partial<Record<Task, PreprocessedBy>>;
  /** Stages whose preprocessing on the device is out of tolerance. */
  uncertifiedInputs: readonly Task[];
}

/** From the conductor's thread to the lane. */
export type LaneCommand =
  | {
      type: 'prepare';
      cameras: readonly LaneCamera[];
      /** Measured runs of each stage, once warm; none if left out or 0. */
      measureRuns?: number;
    }
  | {
      type: 'run';
      /** Index into the cameras that the lane was prepared for. */
      camera: number;
      frameId: number;
      slot: number;
      stages: readonly Task[];
      dispatchNs: bigint;
      /** The answer of another lane that these stages read. */
      input: StageResult | undefined;
    }
  | { type: 'close' }
  /** A drill: ends the thread as a fault of the runtime would. */
  | { type: 'die' };

/** From the lane. A job's stages are answered one by one as they finish; then `done` follows. */
export type LaneEvent =
  | { type: 'loaded'; stages: LoadedStage[] }
  /** `warmUpMs`: building tables and running each stage once on a blank frame; `stageMs`: medians, if measured. */
  | {
      type: 'ready';
      warmUpMs: number;
      stageMs: Partial<Record<Task, number>>;
      /** In the order of the cameras. */
      inputs: readonly LaneInputs[];
    }
  | { type: 'stage'; frameId: number; stage: Task; outcome: StageOutcome<StageResult> }
  | { type: 'done'; frameId: number }
  /** The lane cannot be set up; it ends itself. */
  | { type: 'refused'; error: PostedError };
