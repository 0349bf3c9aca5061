import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOpenimages } from '../../../tools/datasets/openimages.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { jpegOf, rejection, writeFolder } from './dataset-builders.js';

const entry = (objects: unknown) => ({
  file: 'train/a.jpg',
  width: 24,
  height: 24,
  objects,
  openimages_id: 'a1',
});

test('vehicles become our classes, an ambulance a truck', async () => {
  const objects = [
    { class: 'Car', box: [0, 1, 9, 9] },
    { class: 'Ambulance', box: [2, 2, 24, 20] },
    { class: 'Boat', box: [2, 2, 24, 20] },
  ];
  const dir = writeFolder({
    'train.json': JSON.stringify([entry(objects)]),
    'train/a.jpg': await jpegOf(24, 24),
    'boxes_teacher_train.json': '{}',
  });
  const { samples, problems } = await openOpenimages(dir, { split: 'train' });
  expect(samples).toMatchObject([{ id: 'a.jpg', group: 'a1' }]);
  expect(samples[0]!.boxes.map(({ className }) => className)).toEqual(['car', 'truck']);
  expect(problems.map(({ reason }) => reason)).toEqual(['unknown class "Boat"']);
  const error = await rejection(openOpenimages(dir, { split: 'test' }));
  expect(error.message).toContain('expected a split that exists (train), found "test"');
});

test.each([
  ['not JSON', '[{', /train\.json: expected JSON, found/],
  [
    'another shape',
    '[{"file": 3}]',
    /expected \[\{file, width, height, objects\}\], found at 0\.file/,
  ],
])('an index that is %s is refused with the place', async (_, text, message) => {
  const dir = writeFolder({ 'train.json': text, 'train/a.jpg': 'x' });
  const error = await rejection(openOpenimages(dir, { split: 'train' }));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toMatch(message);
});

const data = sharedDataDir();
test.skipIf(!data)('the real set is read without a problem', async () => {
  const dir = join(data!, 'vehicles_openimages');
  const { samples, problems } = await openOpenimages(dir, { split: 'valid' });
  expect([samples.length, problems.length]).toEqual([128, 0]);
});
