import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { RgbImage } from '../../src/frame/rgb-image.js';

export type { RgbImage };

/** What every sample of every task has. `load` decodes on demand; nothing is kept by the reader. */
export interface SampleBase {
  /** Unique in its data set; names the file for error messages and reports. */
  id: string;
  /** Track, drive or sequence: samples of one group never stand on both sides of a split. */
  group: string;
  /** The pixels, owned by the caller. Rejects with ERR_DATASET naming the file when it does not decode. */
  load(): Promise<RgbImage>;
}

/** className of a region that is ignored whatever class is found there (KITTI's DontCare); its weight is always 0. */
export const anyClass = '*';

export interface TruthBox {
  /** One of the detector's class names, or `anyClass` where weight is 0. */
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
  /** GTSRB class id, 0..42, or the place in the data set's own `classes`. */
  classId: number;
  /**
   * Where given, the picture is a whole frame and the sign this part of it (left, top, right, bottom, pixels), to be
   * cut with the bundle's margin, as the rig does. Without it the picture is the crop, margin included, as in GTSRB.
   */
  boxXyxyPx?: [number, number, number, number];
}

/** The class id of pixels that are neither trained on nor scored. */
export const voidClassId = 255;

export interface SegmentationSample extends SampleBase {
  /** Class ids by pixel, same size as the picture; 255 means void and is neither trained on nor scored. */
  loadClassMap(): Promise<Uint8Array>;
  /** The same in places of the set's `judgedClasses`, where it has any; 255 means void. */
  loadJudgedMap?(): Promise<Uint8Array>;
}

/** A class that a segmentation network is judged by: one of ours, or a coarser one that holds several of ours. */
export interface JudgedClass {
  name: string;
  /** The classes of ours that it holds. */
  members: readonly string[];
}

export interface SteeringSample extends SampleBase {
  /** Steering angle at the wheels, radians, positive to the left. */
  steeringRad: number;
  /** Which camera took it: `left` and `right` samples carry a corrected angle already. */
  camera: 'centre' | 'left' | 'right';
  /** When it was taken, seconds on the drive's clock; left out for a picture that is no part of a drive. */
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
  /** What was found wrong and left out: file (and line) with the reason. Never silent. */
  problems: { where: string; reason: string }[];
  /** The calibrated camera that took every picture; without one they are taken as they are. */
  camera?: CameraModel;
  /** Its pictures have no lens in them as they are: rendered without one. */
  isUndistorted?: boolean;
  /** Signs: what the class ids stand for; GTSRB's classes where it is left out. */
  classes?: readonly string[];
  /** Segmentation: the classes that the set has, where they are not all of ours; a network is judged by these. */
  judgedClasses?: readonly JudgedClass[];
  /** How `selectSplit` parts it; without one by `hashed-fifth`. */
  holdOut?: HoldOut;
}

/**
 * How a data set is parted into training and held-out samples (docs/datasets.md):
 * - `official-train`, `official-val`: its makers parted it, and this is one of the parts;
 * - `hashed-fifth`: a group is held out when the hash of its name falls into the lowest fifth;
 * - `last-fifth`: the last fifth of the groups, in the order of the samples, is held out (drives).
 */
export type HoldOut = 'official-train' | 'official-val' | 'hashed-fifth' | 'last-fifth';
