import type { MinedTask } from '../mining.js';
import { detectionLayout } from './detection-layout.js';
import type { MinedLayout } from './mined-frame.js';
import { segmentationLayout } from './segmentation-layout.js';
import { signsLayout } from './signs-layout.js';

export const minedLayouts: Readonly<Record<MinedTask, MinedLayout>> = {
  detection: detectionLayout,
  segmentation: segmentationLayout,
  signs: signsLayout,
};
