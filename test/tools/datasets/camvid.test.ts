import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCamvid } from '../../../tools/datasets/camvid.js';
import { openCamvidBoxes } from '../../../tools/datasets/camvid-boxes.js';
import { sharedDataDir } from '../../support/shared-data.js';
import { jpegOf, labelPng, rejection, writeFolder } from './dataset-builders.js';

async function camvidFolder(values: number[], widthPx: number, heightPx: number) {
  return {
    'val/0016E5_1.jpg': await jpegOf(widthPx, heightPx),
    'valannot/0016E5_1.png': await labelPng(widthPx, heightPx, values),
  };
}

test('unlabelled pixels become void and the classes stay', async () => {
  const dir = writeFolder(await camvidFolder([0, 10, 11, 3, 8, 255], 3, 2));
  const { samples } = await openCamvid(dir, { split: 'val' });
  expect(samples[0]!.group).toBe('0016E5');
  expect([...(await samples[0]!.loadClassMap())]).toEqual([0, 10, 255, 3, 8, 255]);
});

test('a picture without labels is a counted problem', async () => {
  const dir = writeFolder({
    ...(await camvidFolder([0, 1], 2, 1)),
    'val/0016E5_2.jpg': await jpegOf(2, 1),
  });
  const { samples, problems } = await openCamvid(dir, { split: 'val' });
  expect(samples).toHaveLength(1);
  expect(problems[0]!.where).toContain('0016E5_2.jpg');
});

test('only folders with labels beside them are splits', async () => {
  const dir = writeFolder({ ...(await camvidFolder([0, 1], 2, 1)), 'test/x.jpg': 'x' });
  const error = await rejection(openCamvid(dir, { split: 'test' }));
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('expected a split that exists (val), found "test"');
});

test('a label map that is no picture is named when it is loaded', async () => {
  const dir = writeFolder({ ...(await camvidFolder([0], 1, 1)), 'valannot/0016E5_1.png': 'no' });
  const { samples } = await openCamvid(dir, { split: 'val' });
  const error = await rejection(samples[0]!.loadClassMap());
  expect(error.code).toBe('ERR_DATASET');
  expect(error.message).toContain('valannot/0016E5_1.png');
});

test('boxes come from connected parts, and small ones are regions to ignore', async () => {
  // Two cars (8) apart in row and column, one of them a thin strip; road (3) is no object.
  const [widthPx, heightPx] = [40, 30];
  const values = Array.from({ length: widthPx * heightPx }, (_, index) => {
    const x = index % widthPx;
    const y = Math.floor(index / widthPx);
    const isCar = x >= 2 && x < 17 && y >= 4 && y < 18;
    const isStrip = x >= 20 && x < 35 && y >= 20 && y < 24;
    return isCar || isStrip ? 8 : 3;
  });
  const dir = writeFolder(await camvidFolder(values, widthPx, heightPx));
  const { samples } = await openCamvidBoxes(dir, { split: 'val' });
  expect(samples[0]!.boxes).toEqual([
    { className: 'car', boxXyxyPx: [2, 4, 17, 18], weight: 0.5 },
    { className: 'car', boxXyxyPx: [20, 20, 35, 24], weight: 0 },
  ]);
});

test("a teacher's box replaces the mask's box that it lies on", async () => {
  const [widthPx, heightPx] = [40, 30];
  const teacher = { '0016E5_1.jpg': [{ class: 'car', score: 0.8, box: [1, 1, 19, 20] }] };
  const dir = writeFolder({
    ...(await camvidFolder(new Array(widthPx * heightPx).fill(8), widthPx, heightPx)),
    'teacher.json': JSON.stringify(teacher),
  });
  const options = { split: 'val', teacher: join(dir, 'teacher.json') };
  const { samples } = await openCamvidBoxes(dir, options);
  expect(samples[0]!.boxes).toEqual([{ className: 'car', boxXyxyPx: [1, 1, 19, 20], weight: 0.8 }]);
});

const data = sharedDataDir();
test.skipIf(!data)(
  'the real set has its 367 and 101 pictures, labels of the same size',
  async () => {
    const dir = join(data!, 'camvid');
    const train = await openCamvid(dir, { split: 'train' });
    const val = await openCamvid(dir, { split: 'val' });
    expect([train.samples.length, val.samples.length]).toEqual([367, 101]);
    const { widthPx, heightPx } = await val.samples[0]!.load();
    expect(await val.samples[0]!.loadClassMap()).toHaveLength(widthPx * heightPx);
  },
);
