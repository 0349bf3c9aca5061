import type { Bundle } from '../../src/bundle/bundle.js';
import { type LabelledTask, labelsOf } from '../../src/bundle/manifest.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { datasetError } from '../datasets/dataset-files.js';
import { spreadEvenly } from '../datasets/evenly.js';
import type { Dataset } from '../datasets/sample.js';
import type { RunnerOptions } from './bundle-runner.js';
import { evaluateDetection } from './evaluate-detection.js';
import { evaluateSegmentation } from './evaluate-segmentation.js';
import { evaluateSigns } from './evaluate-signs.js';
import { evaluateSteering } from './evaluate-steering.js';
import type { Evaluation, Scored } from './evaluation.js';
import { intervalCollectors } from './intervals/score-intervals.js';
import type { ObservationOf } from './observation.js';

export interface EvaluationOptions<T extends LabelledTask = LabelledTask> extends RunnerOptions {
  /** At most this many samples, spread evenly over the data set. */
  limit?: number;
  /** Also computes confidence intervals, by a thousand draws; not needed in training or quantisation. */
  intervals?: boolean;
  /** Called after each scored sample. */
  onProgress?: (done: number, total: number) => void;
  /** Called with the observation of each scored sample. */
  onObservation?: (observation: ObservationOf[T]) => void;
}

type Evaluator<T extends LabelledTask> = (
  bundle: Bundle,
  dataset: Dataset<T>,
  options: RunnerOptions & { onSample: (observation: ObservationOf[T]) => void },
) => Promise<Scored<T>>;

const evaluators: { [T in LabelledTask]: Evaluator<T> } = {
  detection: evaluateDetection,
  signs: evaluateSigns,
  segmentation: evaluateSegmentation,
  steering: evaluateSteering,
};

/**
 * Evaluates a bundle on labelled data, every sample through the rig's own preprocessing, session and decoding. A
 * sample that does not load is counted in `problems` and left out; the data set itself is not changed.
 * Throws ERR_USAGE if bundle and data are of different tasks, ERR_DATASET if no sample could be scored, and
 * what loading and certifying the bundle throws.
 */
export async function runEvaluation<T extends LabelledTask>(
  bundle: Bundle,
  dataset: Dataset<T>,
  options: EvaluationOptions<T> = {},
): Promise<Evaluation<T>> {
  const { task, name, version, network } = bundle.manifest;
  if (labelsOf(task) !== dataset.task) {
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a bundle for ${dataset.task}, found one for ${task}: ${bundle.where}`,
    );
  }
  const { limit, intervals: _, onProgress, onObservation, ...runnerOptions } = options;
  const samples = spreadEvenly(dataset.samples, limit ?? dataset.samples.length);
  const chosen: Dataset<T> = { ...dataset, samples, problems: [...dataset.problems] };
  let done = 0;
  const collector = options.intervals === true ? intervalCollectors[dataset.task]() : undefined;
  const scored = await evaluators[dataset.task](bundle, chosen, {
    ...runnerOptions,
    onSample: (observation) => {
      collector?.add(observation);
      onObservation?.(observation);
      onProgress?.(++done, samples.length);
    },
  });
  if (scored.count === 0) {
    const [first] = chosen.problems;
    const reason = first ? `; the first problem: ${first.where}: ${first.reason}` : '';
    throw datasetError(`expected samples of ${dataset.name} that load, found none${reason}`);
  }
  const intervals = collector?.intervals();
  return {
    task,
    bundle: `${name} ${version} sha256:${network.sha256}`,
    data: dataset.name,
    problems: chosen.problems,
    ...scored,
    notes: [...trainedOn(bundle, dataset), ...scored.notes],
    ...(intervals && { intervals }),
  };
}

/** A note if the bundle was trained on this data set, by the names that its manifest lists. */
function trainedOn({ manifest }: Bundle, { name }: Dataset): string[] {
  const learntFrom = manifest.training.data.some((data) => data.name === name);
  return learntFrom
    ? [
        `the bundle was trained on ${name}: this score is about what it remembers, not about new data`,
      ]
    : [];
}
