import { expect, test } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { detectionNetwork } from '../../../../tools/train/networks/detection.js';
import { checkRecipe } from '../../../../tools/train/recipe.js';
import { recipeFingerprint } from '../../../../tools/train/recipe-fingerprint.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';

const recipeOf = (changes: object) =>
  checkRecipe(
    {
      task: 'detection',
      ...{ seed: 1, epochs: 1, samplesPerEpoch: 8, batch: 8 },
      optimizer: { peakRate: 0.001 },
      augmentation: {},
      data: [{ format: 'voc', folder: 'any', part: 'all' }],
      ...changes,
    },
    'a recipe',
  );

test('a narrower network says the same kinds of things with weights by the square of its width', async () => {
  await tf.setBackend('cpu');
  const [standard, narrow] = [detectionNetwork(8, 1), detectionNetwork(8, 1, 0.5)];
  const shapesOf = ({ outputs }: tf.LayersModel) => outputs.map(({ name, shape }) => [name, shape]);
  expect(shapesOf(narrow).map(([, shape]) => shape)).toEqual(
    shapesOf(standard).map(([, shape]) => shape),
  );
  const share = narrow.countParams() / standard.countParams();
  expect(share).toBeGreaterThan(0.25);
  // The heads' channels are what they must say, whatever the width: half of them, not a quarter.
  expect(share).toBeLessThan(0.35);
});

test('a recipe says how wide the network is, and from which score on it answers, as which another run may go on', () => {
  const [plain, changed] = [recipeOf({}), recipeOf({ width: 0.5, scoreThreshold: 0.2 })];
  const [before, after] = [taskTraining(plain), taskTraining(changed)];
  expect(before.decode).toMatchObject({ scoreThreshold: 0.35 });
  expect(after.decode).toMatchObject({ scoreThreshold: 0.2 });
  expect(after.buildNetwork(1).countParams()).toBe(detectionNetwork(8, 1, 0.5).countParams());
  expect(recipeFingerprint(recipeOf({ scoreThreshold: 0.2 }))).toBe(recipeFingerprint(plain));
  expect(recipeFingerprint(recipeOf({ width: 0.5 }))).not.toBe(recipeFingerprint(plain));
});
