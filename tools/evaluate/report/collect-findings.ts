import type { Bundle } from '../../../src/bundle/bundle.js';
import type { Task } from '../../../src/bundle/manifest.js';
import type { DetectionOutputSpec, SignsOutputSpec } from '../../../src/bundle/output-spec.js';
import { collectDetection } from './detection-report.js';
import type { FindingsCollector } from './findings.js';
import { collectSegmentation } from './segmentation-report.js';
import { collectSigns } from './signs-report.js';
import { collectSteering } from './steering-report.js';

const collectors: { [T in Task]: (bundle: Bundle) => FindingsCollector<T> } = {
  signs: ({ manifest }) => collectSigns(manifest.decode as SignsOutputSpec),
  detection: ({ manifest }) => collectDetection(manifest.decode as DetectionOutputSpec),
  segmentation: collectSegmentation,
  steering: collectSteering,
};

/** A collector for what runEvaluation sees of `bundle`. */
export const collectFindings = <T extends Task>(task: T, bundle: Bundle): FindingsCollector<T> =>
  collectors[task](bundle);
