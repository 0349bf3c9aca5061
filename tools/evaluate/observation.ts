import type { BoxXyxy } from '../datasets/box-geometry.js';
import type {
  DetectionSample,
  JudgedClass,
  SegmentationSample,
  SignSample,
  SteeringSample,
  TruthBox,
} from '../datasets/sample.js';
import type { FoundBox } from './match-boxes.js';

/** Truth and answer of one scored sample, for callers that need more than the scores, such as a report. May be kept. */
export interface ObservationOf {
  signs: {
    sample: SignSample;
    /** The part of the picture that was passed to the stage, without its margin, pixels. */
    boxXyxyPx: BoxXyxy;
    /** The network's own answer by the data set's class id, before the temperature; -Infinity for an unknown class. */
    logits: Float32Array;
    predictedId: number;
    /** Whether it is below the bundle's threshold, so that the rig would not have read it. */
    isAbstained: boolean;
  };
  segmentation: {
    sample: SegmentationSample;
    widthPx: number;
    heightPx: number;
    /** The judged classes. */
    classes: readonly JudgedClass[];
    /** Index in `classes` of each pixel, or the length of `classes` for any other class; 255 if the pixel is not scored. */
    truth: Uint8Array;
    /** The same for the answer, also for pixels that are not scored. */
    predicted: Uint8Array;
  };
  detection: {
    sample: DetectionSample;
    widthPx: number;
    heightPx: number;
    /** The sample's boxes without those outside its picture. */
    truth: TruthBox[];
    /** Detections down to a score of 0.01. */
    found: FoundBox[];
  };
  steering: {
    sample: SteeringSample;
    /** Radians at the wheels, positive to the left, under the limit on the value. */
    predictedRad: number;
  };
}
