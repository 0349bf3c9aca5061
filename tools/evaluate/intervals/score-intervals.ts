import type { LabelledTask } from '../../../src/bundle/manifest.js';
import { detectionIntervals } from './detection-intervals.js';
import type { IntervalCollector } from './interval-collector.js';
import { segmentationIntervals } from './segmentation-intervals.js';
import { signsIntervals } from './signs-intervals.js';
import { steeringIntervals } from './steering-intervals.js';

/**
 * The bootstrap's collector for each task. It resamples pictures, tracks of a sign (frames of one sign resemble each
 * other), or stretches of a drive.
 */
export const intervalCollectors: { [T in LabelledTask]: () => IntervalCollector<T> } = {
  detection: detectionIntervals,
  signs: signsIntervals,
  segmentation: segmentationIntervals,
  steering: steeringIntervals,
};
