import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../src/files/write-whole.js';
import { runTraining, type TrainingRequest } from './run-training.js';

/** A metric over the folds. `deviation` is the sample's (divided by the number of folds minus one). */
export interface FoldedMetric {
  mean: number;
  deviation: number;
  values: number[];
}
export interface CrossValidation {
  folds: number;
  /** Steps of each fold. */
  steps: number[];
  metrics: Record<string, FoldedMetric>;
  /** False if the run was stopped before the last fold ended. */
  isComplete: boolean;
}

/** Where the result of a cross-validation is written, in the run's folder. */
export const foldsFile = 'folds.json';

/**
 * Trains once for each of `folds` parts of the data, divided by track or sequence, each time on the other parts, and
 * measures the last weights on the held-out part. A fold's run has its own folder, `fold-1` and so on, and
 * resumes there. The folds' scores select nothing: early stopping on them would make them slightly optimistic.
 */
export async function crossValidate(
  request: Omit<TrainingRequest, 'fold'>,
  folds: number,
): Promise<CrossValidation> {
  const { outDir, onNote } = request;
  const scores: Record<string, number>[] = [];
  const steps: number[] = [];
  for (let index = 0; index < folds; index++) {
    onNote(`fold ${index + 1} of ${folds}`);
    const fold = { index, count: folds };
    const result = await runTraining({
      ...request,
      outDir: join(outDir, `fold-${index + 1}`),
      fold,
    });
    if (result.ended === 'stopped') break;
    steps.push(result.steps);
    scores.push(result.history.findLast(({ metrics }) => metrics)?.metrics ?? {});
  }
  const isComplete = scores.length === folds;
  const found = { folds, steps, metrics: foldedMetrics(scores), isComplete };
  mkdirSync(outDir, { recursive: true });
  writeWhole(join(outDir, foldsFile), `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

/** Mean and spread of every metric that all folds have. */
export function foldedMetrics(
  scores: readonly Record<string, number>[],
): Record<string, FoldedMetric> {
  const [first, ...others] = scores;
  const names = Object.keys(first ?? {}).filter((name) => others.every((fold) => name in fold));
  return Object.fromEntries(
    names.map((name) => {
      const values = scores.map((fold) => fold[name]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
      return [name, { mean, deviation, values }];
    }),
  );
}
