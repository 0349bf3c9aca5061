import type { LabelledTask } from '../../src/bundle/manifest.js';
import { channelBounds, channelOf, heldWithin } from '../gradients/input-bounds.js';
import type { Batch } from './loading/batch.js';
import { createRandom } from './random.js';
import type { AdversarialRecipe } from './recipe.js';
import { mixSeed } from './sample-order.js';
import type { TaskTraining } from './tasks/task-training.js';
import type { TrainingStep } from './training-step.js';

interface Attacked<T extends LabelledTask> {
  step: TrainingStep;
  training: TaskTraining<T>;
  batch: Batch;
  recipe: AdversarialRecipe;
}

/** The step along the gradient's sign as a multiple of epsilon (Wong et al. 2020). */
const stepShare = 1.25;

/**
 * Turns the first rows of `step.input` into adversarial examples for the current network: a random start within epsilon, then
 * one step along the sign of the loss's gradient, clamped to epsilon and to the range of a picture. Running statistics
 * are unchanged; the weights' gradients are overwritten.
 */
export async function turnAdversarial<T extends LabelledTask>(
  { step, training, batch, recipe }: Attacked<T>,
  seed: number,
  stepNumber: number,
): Promise<void> {
  const { input, inputGradient } = step;
  if (inputGradient === undefined)
    throw new RangeError('expected a step that computes the gradient of its input, found none');
  const rowLength = input.length / step.batch;
  const length = Math.round(step.batch * recipe.share) * rowLength;
  const clean = input.slice(0, length);
  const bounds = channelBounds(training.input, recipe.epsilon);
  const channel = channelOf(training.input, rowLength);
  const boundsOf = (i: number) => bounds[channel(i)]!;
  const random = createRandom(mixSeed(seed, stepNumber, 23));
  for (let i = 0; i < length; i++)
    input[i] = heldWithin(
      clean[i]! + random.between(-1, 1) * boundsOf(i).epsilon,
      clean[i]!,
      boundsOf(i),
    );
  const statistics = step.statistics.slice();
  step.reseed(mixSeed(seed, stepNumber, 7));
  await step.forward();
  training.loss(step, batch);
  await step.backward();
  step.statistics.set(statistics);
  for (let i = 0; i < length; i++) {
    const towards = Math.sign(inputGradient[i]!) * stepShare * boundsOf(i).epsilon;
    input[i] = heldWithin(input[i]! + towards, clean[i]!, boundsOf(i));
  }
}
