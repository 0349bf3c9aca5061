import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import type { Dataset } from '../../../tools/datasets/sample.js';
import type { LabelledLogits } from '../../../tools/evaluate/probability-calibration.js';
import { runEvaluation } from '../../../tools/evaluate/run-evaluation.js';
import { calibrateSigns } from '../../../tools/export/calibrate-signs.js';
import { readRecipe } from '../../../tools/train/recipe.js';
import { taskTraining } from '../../../tools/train/tasks/task-table.js';
import type { TaskTraining } from '../../../tools/train/tasks/task-training.js';

const repo = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const trainingOf = (task: string) =>
  taskTraining(readRecipe(repo(`tools/train/recipes/${task}.yaml`)));
const temperatureOf = ({ decode }: TaskTraining) =>
  decode.kind === 'signs' ? decode.temperature : undefined;

/** Crops of one grey, each said to be another class: nobody could know. */
function guesses(): Dataset<'signs'> {
  const image = { widthPx: 32, heightPx: 32, data: new Uint8Array(32 * 32 * 3).fill(128) };
  const samples = Array.from({ length: 43 }, (_, classId) => ({
    id: String(classId),
    group: 'grey',
    classId,
    boxXyxyPx: undefined,
    load: async () => image,
  }));
  const rest = { name: 'guesses', licence: 'none', problems: [] };
  return { task: 'signs', ...rest, samples } as unknown as Dataset<'signs'>;
}

test('where every answer is a guess, the temperature takes all certainty away', async () => {
  const bundle = await readBundleFolder(repo('models/signs'));
  const answers: LabelledLogits[] = [];
  await runEvaluation(bundle, guesses(), {
    onObservation: ({ logits, sample }) => answers.push({ logits, truthId: sample.classId }),
  });
  const notes: string[] = [];
  const training = trainingOf('signs-held-out');
  const calibrated = calibrateSigns(training, answers, (note) => notes.push(note));
  expect(temperatureOf(training)).toBe(1);
  expect(temperatureOf(calibrated)).toBeGreaterThan(3);
  expect(notes).toEqual([expect.stringContaining('fitted on 43 signs')]);
});

test('networks without probabilities of signs, and signs that nothing judges, stay as they are', () => {
  const guess = { logits: new Float32Array(43), truthId: 0 };
  const steering = trainingOf('steering');
  expect(calibrateSigns(steering, [guess], () => {})).toBe(steering);
  const signs = trainingOf('signs');
  expect(calibrateSigns(signs, [], () => {})).toBe(signs);
});

test('a run that keeps no data back has the temperature that its recipe says', () => {
  const training = trainingOf('signs');
  expect(temperatureOf(training)).toBe(0.452);
  expect(calibrateSigns(training, [], () => {})).toBe(training);
});
