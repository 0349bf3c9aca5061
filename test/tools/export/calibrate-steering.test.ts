import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import type { Dataset, SteeringSample } from '../../../tools/datasets/sample.js';
import { runEvaluation } from '../../../tools/evaluate/run-evaluation.js';
import { calibrateSteering } from '../../../tools/export/calibrate-steering.js';
import { createRandom } from '../../../tools/train/random.js';
import { readRecipe } from '../../../tools/train/recipe.js';
import { taskTraining } from '../../../tools/train/tasks/task-table.js';

const repo = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const trainingOf = (task: string) =>
  taskTraining(readRecipe(repo(`tools/train/recipes/${task}.yaml`)));

/** The shipped network, answering without its curve. */
async function withoutCurve() {
  const bundle = await readBundleFolder(repo('models/steering'));
  const { response: _, ...decode } = bundle.manifest.decode as { response?: unknown };
  return { ...bundle, manifest: { ...bundle.manifest, decode } } as typeof bundle;
}

/** A road that is brighter on one side than on the other, another one each time. */
function picture(index: number) {
  const random = createRandom(index);
  const [widthPx, heightPx] = [200, 100];
  const data = new Uint8Array(widthPx * heightPx * 3);
  const [left, right] = [random.between(20, 230), random.between(20, 230)];
  data.forEach((_, at) => {
    const x = (Math.floor(at / 3) % widthPx) / widthPx;
    data[at] = left + (right - left) * x + 20 * random.next();
  });
  return { widthPx, heightPx, data };
}

const sampleOf = (index: number, camera: SteeringSample['camera'], steeringRad: number) => ({
  id: `${index}`,
  group: 'drive',
  camera,
  steeringRad,
  timeS: index / 20,
  load: async () => picture(index),
});

const driveOf = (samples: SteeringSample[]): Dataset<'steering'> => ({
  task: 'steering',
  name: 'drive',
  licence: 'none',
  problems: [],
  samples,
});

test("the driver's curve is found on the middle camera's pictures, whatever the side cameras' say", async () => {
  const bundle = await withoutCurve();
  const training = trainingOf('steering');
  const { radPerUnit } = training.decode as { radPerUnit: number };
  const asked = driveOf(Array.from({ length: 40 }, (_, index) => sampleOf(index, 'centre', 0)));
  const samples: SteeringSample[] = [];
  await runEvaluation(bundle, asked, {
    onObservation: ({ sample, predictedRad }) => {
      const value = predictedRad / radPerUnit;
      const driven = Math.sign(value) * 2 * Math.abs(value) ** 1.5 * radPerUnit;
      samples.push({ ...sample, steeringRad: driven });
      samples.push({ ...sample, id: `${sample.id} left`, camera: 'left', steeringRad: 0.4 });
    },
  });
  const notes: string[] = [];
  const sets = [{ dataset: driveOf(samples), weight: 1 }];
  const { decode } = await calibrateSteering(training, bundle, sets, (note) => notes.push(note));
  expect(decode).toEqual({ ...training.decode, response: { gain: 2, exponent: 1.5 } });
  expect(notes).toEqual([expect.stringContaining('fitted on 40 pictures')]);
});

test('other tasks, and drives that show nothing of the middle camera, stay as they are', async () => {
  const bundle = await withoutCurve();
  const signs = trainingOf('signs');
  expect(await calibrateSteering(signs, bundle, [], () => {})).toBe(signs);
  const steering = trainingOf('steering');
  const sets = [{ dataset: driveOf([sampleOf(1, 'right', 0.1)]), weight: 1 }];
  expect(await calibrateSteering(steering, bundle, sets, () => {})).toBe(steering);
});
