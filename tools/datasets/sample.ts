import type { Task } from '../../src/bundle/manifest.js';

/** A decoded picture: packed rgb8, row-major. */
export interface RgbImage {
  widthPx: number;
  heightPx: number;
  /** widthPx * heightPx * 3 bytes. */
  data: Uint8Array;
}

/** What every sample of every task has. `load` decodes on demand; nothing is kept by the reader. */
export interface SampleBase {
  /** Unique in its data set; names the file for error messages and reports. */
  id: string;
  /** Track, drive or sequence: samples of one group never stand on both sides of a split. */
  group: string;
  load(): Promise<RgbImage>;
}

export interface TruthBox {
  /** One of the detector's class names. */
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
  /** GTSRB class id, 0..42. */
  classId: number;
}

export interface SegmentationSample extends SampleBase {
  /** Class ids by pixel, same size as the picture; 255 means void and is neither trained on nor scored. */
  loadClassMap(): Promise<Uint8Array>;
}

export interface SteeringSample extends SampleBase {
  /** Steering angle at the wheels, radians, positive to the left. */
  steeringRad: number;
  /** Which camera took it: `left` and `right` samples carry a corrected angle already. */
  camera: 'centre' | 'left' | 'right';
}

export interface SampleOf {
  detection: DetectionSample;
  signs: SignSample;
  segmentation: SegmentationSample;
  steering: SteeringSample;
}

/** A data set as a reader delivers it. */
export interface Dataset<T extends Task = Task> {
  task: T;
  /** For reports and manifests, such as "gtsrb-packed val32". */
  name: string;
  licence: string;
  samples: SampleOf[T][];
  /** What was found wrong and left out: file (and line) with the reason. Never silent. */
  problems: { where: string; reason: string }[];
}
