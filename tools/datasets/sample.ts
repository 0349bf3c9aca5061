import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { RgbImage } from '../../src/frame/rgb-image.js';

export type { RgbImage };

/** Fields of every task's samples. `load` decodes on demand; the reader keeps nothing. */
export interface SampleBase {
  /** Unique in its data set; names the file for error messages and reports. */
  id: string;
  /** Track, drive or sequence: samples of one group are never on both sides of a split. */
  group: string;
  /** Loads the pixels, owned by the caller. Rejects with ERR_DATASET naming the file if it does not decode. */
  load(): Promise<RgbImage>;
}

/** className of a region that is ignored for every class (KITTI's DontCare); its weight is always 0. */
export const anyClass = '*';

export interface TruthBox {
  /** One of the detector's class names, or `anyClass` if the weight is 0. */
  className: string;
  /** Left, top, right, bottom, pixels of the loaded picture. */
  boxXyxyPx: [number, number, number, number];
  /** 1 for truth; below 1 for a teacher's opinion (its score). 0 marks a region to ignore in training and evaluation. */
  weight: number;
}

export interface DetectionSample extends SampleBase {
  boxes: TruthBox[];
}

export interface SignSample extends SampleBase {
  /** GTSRB class id, 0..42, or the index in the data set's own `classes`. */
  classId: number;
  /**
   * If present, the picture is a full frame and the sign this part of it (left, top, right, bottom, pixels), to be
   * cropped with the bundle's margin, as the rig does. If absent, the picture is the crop, margin included, as in GTSRB.
   */
  boxXyxyPx?: [number, number, number, number];
}

/** The class id of pixels that are neither trained on nor scored. */
export const voidClassId = 255;

export interface SegmentationSample extends SampleBase {
  /** Class ids by pixel, same size as the picture; 255 means void and is neither trained on nor scored. */
  loadClassMap(): Promise<Uint8Array>;
  /** The same as indices of the set's `judgedClasses`, if it has any; 255 means void. */
  loadJudgedMap?(): Promise<Uint8Array>;
}

/** A class that a segmentation network is scored on: one of ours, or a coarser one that contains several of ours. */
export interface JudgedClass {
  name: string;
  /** Our classes that it contains. */
  members: readonly string[];
}

export interface SteeringSample extends SampleBase {
  /** Steering angle at the wheels, radians, positive to the left. */
  steeringRad: number;
  /** The camera that took it; the angle of `left` and `right` samples is already corrected. */
  camera: 'centre' | 'left' | 'right';
  /** Time of capture, seconds on the drive's clock; absent for a picture that is not part of a drive. */
  timeS?: number;
}

export interface SampleOf {
  detection: DetectionSample;
  signs: SignSample;
  segmentation: SegmentationSample;
  steering: SteeringSample;
}

/** A data set as a reader delivers it. */
export interface Dataset<T extends LabelledTask = LabelledTask> {
  task: T;
  /** For reports and manifests, such as "gtsrb-packed val32". */
  name: string;
  licence: string;
  samples: SampleOf[T][];
  /** Everything that was wrong and left out: file (and line) with the reason. */
  problems: { where: string; reason: string }[];
  /** The calibrated camera that took every picture; without one the pictures are used unchanged. */
  camera?: CameraModel;
  /** Whether its pictures have no lens distortion, because they were rendered without a lens. */
  isUndistorted?: boolean;
  /** Signs: names of the class ids; GTSRB's classes if absent. */
  classes?: readonly string[];
  /** Segmentation: the set's classes, if they are not exactly ours; a network is scored on these. */
  judgedClasses?: readonly JudgedClass[];
  /** How `selectSplit` splits it; `hashed-fifth` if absent. */
  holdOut?: HoldOut;
}

/**
 * How a data set is split into training and held-out samples (docs/datasets.md):
 * - `official-train`, `official-val`: its makers split it, and this is one of the parts;
 * - `hashed-fifth`: a group is held out if the hash of its name falls into the lowest fifth;
 * - `last-fifth`: the last fifth of the groups, in the order of the samples, is held out (drives).
 */
export type HoldOut = 'official-train' | 'official-val' | 'hashed-fifth' | 'last-fifth';
