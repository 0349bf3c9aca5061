import type { Bundle } from '../../../src/bundle/bundle.js';
import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { CropOutputSpec, DetectionOutputSpec } from '../../../src/bundle/output-spec.js';
import type { Dataset } from '../../datasets/sample.js';
import { collectDetection } from './detection-report.js';
import type { FindingsCollector } from './findings.js';
import { collectSegmentation } from './segmentation-report.js';
import { collectSigns } from './signs-report.js';
import { collectSteering } from './steering-report.js';

type Collector<T extends LabelledTask> = (
  bundle: Bundle,
  dataset: Dataset<T>,
) => FindingsCollector<T>;

const collectors: { [T in LabelledTask]: Collector<T> } = {
  signs: ({ manifest, where }, { classes }) =>
    collectSigns(manifest.decode as CropOutputSpec, classes, where),
  detection: ({ manifest }) => collectDetection(manifest.decode as DetectionOutputSpec),
  segmentation: collectSegmentation,
  steering: collectSteering,
};

/** Creates a collector for the observations of runEvaluation of `bundle` on `dataset`. */
export const collectFindings = <T extends LabelledTask>(
  bundle: Bundle,
  dataset: Dataset<T>,
): FindingsCollector<T> => collectors[dataset.task](bundle, dataset);
