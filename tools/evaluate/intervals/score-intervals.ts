import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { detectionIntervals } from './detection-intervals.js';
import type { IntervalCollector } from './interval-collector.js';
import { segmentationIntervals } from './segmentation-intervals.js';
import { signsIntervals } from './signs-intervals.js';
import { steeringIntervals } from './steering-intervals.js';

/**
 * What is drawn again to find how much of a score is luck: pictures, tracks of a sign (frames of one sign resemble each
 * other), stretches of a drive.
 */
export const intervalCollectors: { [T in LabelledTask]: () => IntervalCollector<T> } = {
  detection: detectionIntervals,
  signs: signsIntervals,
  segmentation: segmentationIntervals,
  steering: steeringIntervals,
};
