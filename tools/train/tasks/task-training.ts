import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { Task } from '../../../src/bundle/manifest.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
import type { Dataset, SampleOf } from '../../datasets/sample.js';
import type { tf } from '../backends/tf.js';
import type { PictureCache } from '../picture-cache.js';
import type { Random } from '../random.js';
import type { Recipe } from '../recipe.js';
import type { TrainingStep } from '../training-step.js';

/** What differs from task to task in training; the loop knows nothing of boxes, masks or angles. */
export interface TaskTraining<T extends Task = Task> {
  task: T;
  input: InputSpec;
  decode: OutputSpec;
  /** Name of the network's input and outputs in the exported graph, in the model's order of outputs. */
  inputName: string;
  outputNames: string[];
  /** Metric of the validation that decides which weights are kept; larger is better. */
  scoreOf(metrics: Record<string, number>): number;
  buildNetwork(seed: number): tf.LayersModel;
  /** Changes what is learnt from a training set, before the first step; validation sets stay as they are. */
  prepare?(dataset: Dataset<T>): Dataset<T>;
  /** Loads, augments and lays out one sample at `row` of the batch, and remembers what the loss wants of it. */
  fill(
    step: TrainingStep,
    row: number,
    sample: SampleOf[T],
    random: Random,
    cache: PictureCache,
  ): Promise<void>;
  /** Loss of the batch that was filled; writes the outputs' gradients. Parts are for the log. */
  loss(step: TrainingStep): number;
}

/** Makes a task's training from its recipe. */
export type TaskTrainingFactory<T extends Task> = (recipe: Recipe) => TaskTraining<T>;

/** mean 127.5 and scale 1/127.5: values from -1 to 1. */
export const centred = {
  mean: [127.5, 127.5, 127.5] as [number, number, number],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] as [number, number, number],
};
