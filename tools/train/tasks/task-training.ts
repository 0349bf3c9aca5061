import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { LabelledTask } from '../../../src/bundle/manifest.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
import type { Dataset, SampleOf } from '../../datasets/sample.js';
import type { tf } from '../../layers-to-onnx/tf.js';
import type { Batch, TargetLayout } from '../loading/batch.js';
import type { SampleStore } from '../loading/sample-store.js';
import type { Random } from '../random.js';
import type { Recipe } from '../recipe.js';
import type { TrainingStep } from '../training-step.js';

/** The part of training that depends on the task; the loop knows nothing of boxes, masks or angles. */
export interface TaskTraining<T extends LabelledTask = LabelledTask> {
  task: T;
  input: InputSpec;
  decode: OutputSpec;
  /** Name of the network's input and outputs in the exported graph, in the model's order of outputs. */
  inputName: string;
  outputNames: string[];
  /** What `fill` writes besides the input, and `loss` reads. */
  targets: TargetLayout;
  /** Metric of the validation that decides which weights are kept; larger is better. */
  scoreOf(metrics: Record<string, number>): number;
  buildNetwork(seed: number): tf.LayersModel;
  /** Changes a training set before the first step; validation sets are not changed. */
  prepare?(dataset: Dataset<T>): Dataset<T>;
  /**
   * Loads and augments one sample and writes it to `row` of the batch: input and targets, every value of the
   * row. Usually runs on a loader's thread: only what it writes to the batch reaches the loss.
   */
  fill(
    batch: Batch,
    row: number,
    sample: SampleOf[T],
    random: Random,
    store: SampleStore<T>,
  ): Promise<void>;
  /** Loss of a filled batch; writes the outputs' gradients. */
  loss(step: TrainingStep, batch: Batch): number;
}

/** Makes a task's training from its recipe. */
export type TaskTrainingFactory<T extends LabelledTask> = (recipe: Recipe) => TaskTraining<T>;

/** mean 127.5 and scale 1/127.5: values from -1 to 1. */
export const centred = {
  mean: [127.5, 127.5, 127.5] as [number, number, number],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] as [number, number, number],
};
