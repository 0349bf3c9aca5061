import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Problem } from '../../../../tools/train/data/data-problems.js';
import { openPasted } from '../../../../tools/train/data/open-pasted.js';
import { recipeSchema } from '../../../../tools/train/recipe.js';
import { taskTraining } from '../../../../tools/train/tasks/task-table.js';
import { jpegOf, writeFolder } from '../../datasets/dataset-builders.js';

let dir: string;
const object = (name: string, [left, top, right, bottom]: number[]) =>
  `<object><name>${name}</name><bndbox><xmin>${left}</xmin><ymin>${top}</ymin>` +
  `<xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox></object>`;
const annotation = (objects: string) =>
  `<annotation><filename>a.jpg</filename><size><width>40</width><height>30</height></size>${objects}</annotation>`;

const recipeOf = (classes: string[]) =>
  recipeSchema.parse({
    task: 'detection',
    seed: 5,
    epochs: 1,
    samplesPerEpoch: 8,
    batch: 4,
    optimizer: { peakRate: 0.003 },
    augmentation: { pasteCutOuts: { classes, from: { format: 'voc', folder: '.', part: 'all' } } },
    data: [{ format: 'voc', folder: '.', part: 'all' }],
  });

beforeAll(async () => {
  dir = await writeFolder({
    'annotations/a.xml': annotation(
      object('trafficlight', [2, 2, 20, 25]) + object('stop', [22, 2, 38, 20]),
    ),
    'images/a.jpg': await jpegOf(40, 30),
    'annotations/b.xml': 'no xml',
    'images/b.jpg': await jpegOf(40, 30),
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("what is cut out comes from the recipe's pictures, and their problems are told", async () => {
  const problems: Problem[] = [];
  const { augmentation } = recipeOf(['traffic_light']);
  const { cutOuts, signCrops } = await openPasted(augmentation, [dir], problems);
  expect(signCrops).toEqual([]);
  expect(cutOuts.map(({ box }) => box)).toEqual([
    { className: 'traffic_light', boxXyxyPx: [2, 2, 20, 25], weight: 1 },
  ]);
  expect(problems).toEqual([expect.objectContaining({ where: expect.stringMatching(/b\.xml/) })]);
});

test('nothing is opened for a recipe that pastes nothing', async () => {
  const { augmentation } = { ...recipeOf(['bus']), augmentation: {} };
  expect(await openPasted(augmentation as never, ['nowhere'], [])).toEqual({
    signCrops: [],
    cutOuts: [],
  });
});

test('a class that the detector does not know is an error of the recipe', () => {
  expect(() => taskTraining(recipeOf(['unicorn']))).toThrow(/pasteCutOuts: classes: .*"unicorn"/);
});
