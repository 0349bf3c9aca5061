import { beforeAll, expect, test } from 'vitest';
import { tf } from '../../../tools/layers-to-onnx/tf.js';
import { turnAdversarial } from '../../../tools/train/adversarial.js';
import { CompiledStep } from '../../../tools/train/compiled/compiled-step.js';
import type { Batch } from '../../../tools/train/loading/batch.js';
import { createRandom } from '../../../tools/train/random.js';
import { checkRecipe, readRecipe } from '../../../tools/train/recipe.js';
import { signsTraining } from '../../../tools/train/tasks/signs.js';
import { repoDir } from '../../support/command-line.js';

beforeAll(() => tf.setBackend('cpu'));

const recipe = readRecipe(`${repoDir}tools/train/recipes/signs-hardened.yaml`);
const training = signsTraining(recipe);
const rowLength = 3 * 32 * 32;

/** Four crops of noise, and what they are said to be. */
function openStep() {
  const step = new CompiledStep(training.buildNetwork(1), { batch: 4, inputGradient: true });
  const random = createRandom(5);
  const input = Float32Array.from({ length: 4 * rowLength }, () => random.between(-1, 1));
  const batch = { input, targets: { labels: Uint8Array.of(1, 7, 20, 42) } } as unknown as Batch;
  const lossOf = async (values: Float32Array) => {
    step.input.set(values);
    step.reseed(3);
    await step.forward();
    return training.loss(step, batch);
  };
  return { step, batch, input, lossOf };
}

test('the gradient of the input is what central differences say', async () => {
  const { step, input, lossOf } = openStep();
  await lossOf(input);
  await step.backward();
  const gradient = step.inputGradient!.slice();
  const norm = Math.hypot(...gradient);
  const along = gradient.map((value) => value / norm);
  const lossAt = (by: number) => lossOf(input.map((value, i) => value + by * along[i]!));
  const found = ((await lossAt(0.02)) - (await lossAt(-0.02))) / 0.04;
  expect(Math.abs(found / norm - 1)).toBeLessThan(0.02);
  step.dispose();
});

test('the first half of a batch becomes harder within epsilon, the rest and the statistics stay', async () => {
  const { step, batch, input, lossOf } = openStep();
  const before = await lossOf(input);
  step.input.set(input);
  const statistics = step.statistics.slice();
  await turnAdversarial({ step, training, batch, recipe: { share: 0.5, epsilon: 4 } }, 7, 1);
  const turned = step.input.slice();
  const change = turned.map((value, i) => Math.abs(value - input[i]!) * 127.5);
  const half = 2 * rowLength;
  expect(Math.max(...change.subarray(0, half))).toBeLessThan(4.001);
  expect(change.subarray(0, half).filter((levels) => levels > 3.9).length).toBeGreaterThan(
    half / 3,
  );
  expect(turned.subarray(half)).toEqual(input.subarray(half));
  expect(turned.every((value) => value >= -1 && value <= 1)).toBe(true);
  expect(step.statistics).toEqual(statistics);
  expect(await lossOf(turned)).toBeGreaterThan(before);
  step.dispose();
});

test('an epsilon of 0 and an unknown corruption are refused by name', () => {
  const withAugmentation = (more: object) => {
    const { augmentation, ...rest } = structuredClone(recipe);
    return { ...rest, augmentation: { ...augmentation, ...more } };
  };
  const refused = (more: object) => () => checkRecipe(withAugmentation(more), 'r.yaml');
  expect(refused({ adversarial: { epsilon: 0 } })).toThrow(
    /r.yaml: augmentation.adversarial.epsilon/,
  );
  expect(refused({ adversarial: { epsilon: 300 } })).toThrow(/augmentation.adversarial.epsilon/);
  expect(refused({ corruptions: { kinds: ['fogg'] } })).toThrow(/augmentation.corruptions.kinds/);
});
