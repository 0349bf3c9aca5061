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

/** What was seen of one scored sample, for those who want more than the scores: a report. All of it may be kept. */
export interface ObservationOf {
  signs: {
    sample: SignSample;
    /** The part of the picture that was handed to the stage, before its margin, pixels. */
    boxXyxyPx: BoxXyxy;
    /** The network's own answer by class id of the data set, before the temperature; -Infinity for a class that it does not know. */
    logits: Float32Array;
    predictedId: number;
    /** Below the bundle's threshold, so that the rig would not have read it. */
    isAbstained: boolean;
  };
  segmentation: {
    sample: SegmentationSample;
    widthPx: number;
    heightPx: number;
    /** The classes that are judged. */
    classes: readonly JudgedClass[];
    /** Places in `classes` by pixel, or its length for any other class; 255 where nothing is scored. */
    truth: Uint8Array;
    /** The same of the answer, also where nothing is scored. */
    predicted: Uint8Array;
  };
  detection: {
    sample: DetectionSample;
    widthPx: number;
    heightPx: number;
    /** The sample's boxes without those that lie outside its picture. */
    truth: TruthBox[];
    /** Down to a score of 0.01. */
    found: FoundBox[];
  };
  steering: {
    sample: SteeringSample;
    /** Radians at the wheels, positive to the left, under the limit on the value. */
    predictedRad: number;
  };
}
