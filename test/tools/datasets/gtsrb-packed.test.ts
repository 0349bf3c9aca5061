import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openGtsrbPacked } from '../../../tools/datasets/gtsrb-packed.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { rejection, writeFolder } from './dataset-builders.js';

const imageBytes = 32 * 32 * 3;

function packed(labels: number[], images: Uint8Array, sources: string[]) {
  const rows = sources.map((source, row) => `${row},${labels[row]},${source}`);
  return {
    'mini.images.u8.gz': gzipSync(images),
    'mini.labels.u8': Uint8Array.from(labels),
    'mini.index.csv': `row,class,source\n${rows.join('\n')}\n`,
  };
}

const twoImages = () => {
  const images = new Uint8Array(2 * imageBytes);
  images.fill(7, imageBytes);
  return images;
};
const twoSources = ['x/00003_00001.ppm', 'x/00004_00009.ppm'];

test('each row gives its own pixels, its class and its track', async () => {
  const dir = writeFolder(packed([14, 2], twoImages(), twoSources));
  const { samples, problems } = await openGtsrbPacked(dir, { split: 'mini' });
  expect(samples.map(({ classId, group }) => [classId, group])).toEqual([
    [14, '14/00003'],
    [2, '2/00004'],
  ]);
  expect((await samples[1]!.load()).data.every((value) => value === 7)).toBe(true);
  expect((await samples[0]!.load()).data).toHaveLength(imageBytes);
  expect(problems).toEqual([]);
});

test('what a caller does to the pixels does not reach the next one', async () => {
  const dir = writeFolder(packed([14, 2], twoImages(), twoSources));
  const { samples } = await openGtsrbPacked(dir, { split: 'mini' });
  (await samples[0]!.load()).data.fill(255);
  expect((await samples[0]!.load()).data[0]).toBe(0);
});

test('a class that GTSRB does not have is a counted problem with its row', async () => {
  const dir = writeFolder(packed([43, 2], twoImages(), twoSources));
  const { samples, problems } = await openGtsrbPacked(dir, { split: 'mini' });
  expect(samples).toHaveLength(1);
  expect(problems).toEqual([
    { where: 'mini.labels.u8 row 0', reason: 'expected a class of 0 to 42, found 43' },
  ]);
});

test('an unknown split is answered with those that exist', async () => {
  const dir = writeFolder(packed([1, 2], twoImages(), twoSources));
  const error = await rejection(openGtsrbPacked(dir, { split: 'val32' }));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toMatch(/split that exists \(mini\), found "val32"/);
});

test.each([
  ['too few pixels', new Uint8Array(imageBytes)],
  ['too many pixels', new Uint8Array(9 * imageBytes)],
])('%s for the labels are refused with the expected size', async (_, images) => {
  const dir = writeFolder(packed([1, 2], images, twoSources));
  const error = await rejection(openGtsrbPacked(dir, { split: 'mini' }));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain(`expected ${2 * imageBytes} bytes of pixels for 2 labels`);
});

test('an index of another length is refused', async () => {
  const dir = writeFolder(packed([1, 2], twoImages(), [twoSources[0]!]));
  const error = await rejection(openGtsrbPacked(dir, { split: 'mini' }));
  expect(error.message).toMatch(/expected 2 rows as there are labels, found 1: .*mini\.index\.csv/);
});

const data = sharedDataDir();
test.skipIf(!data)('training and validation of the real set share no track', async () => {
  const dir = join(data!, 'gtsrb/packed');
  const val = await openGtsrbPacked(dir, { split: 'val32' });
  const train = await openGtsrbPacked(dir, { split: 'train32' });
  expect([train.samples.length, val.samples.length]).toEqual([7992, 2514]);
  const tracks = new Set(train.samples.map(({ group }) => group));
  expect(tracks.size).toBe(888);
  expect(val.samples.filter(({ group }) => tracks.has(group))).toEqual([]);
});
