/**
 * Turns the outputs of a network into results: pure functions, no threads and no files.
 *
 * @packageDocumentation
 */

export { detectionClasses, segmentationClasses, signClasses } from '../perception/classes.js';
export { createDetectionList, type DetectionList } from '../perception/detection/detection-list.js';
export { detectionsInFrame } from '../perception/detection/detections-in-frame.js';
export { createSsdDecoder, type SsdDecoder } from '../perception/detection/ssd-decoder.js';
export type {
  Detection,
  SegmentationResult,
  SignReading,
  SteeringResult,
} from '../perception/results.js';
export { decodeRunLengths } from '../perception/segmentation/run-lengths.js';
export {
  createSegmentationDecoder,
  type SegmentationDecoder,
} from '../perception/segmentation/segmentation-decoder.js';
export { decodeSigns } from '../perception/signs/decode-signs.js';
export { curvatureFromSteering, decodeSteering } from '../perception/steering/steering.js';
export {
  initialTrackingState,
  type TrackingState,
  trackDetections,
} from '../perception/tracking/tracker.js';
