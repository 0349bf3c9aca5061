import type { Bundle } from '../../src/bundle/bundle.js';
import type { LabelledTask } from '../../src/bundle/manifest.js';
import type { Dataset } from '../datasets/sample.js';
import { manifestScores } from '../evaluate/evaluation.js';
import { runEvaluation } from '../evaluate/run-evaluation.js';

/** The score of each task by which a network's loss is measured; all are 0..1, more is better. */
export const primaryMetric: Readonly<Record<LabelledTask, string>> = {
  signs: 'accuracy',
  segmentation: 'mIoU',
  detection: 'mAP50',
  steering: 'correlation',
};

export interface Measured {
  /** All metrics, by name. */
  scores: Record<string, number>;
  /** The primary metric. */
  primary: number;
  /** Number of samples scored. */
  count: number;
}

/** Evaluates a bundle as `windshield evaluate` does, on at most `limit` samples. */
export async function measure(
  bundle: Bundle,
  dataset: Dataset,
  limit: number | undefined,
): Promise<Measured> {
  const evaluation = await runEvaluation(bundle, dataset, {
    ...(limit !== undefined && { limit }),
  });
  const scores = manifestScores(evaluation);
  return { scores, primary: scores[primaryMetric[dataset.task]]!, count: evaluation.count };
}
