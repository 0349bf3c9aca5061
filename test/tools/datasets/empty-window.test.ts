import { expect, test } from 'vitest';
import { openCamvidEmpty } from '../../../tools/datasets/camvid-empty.js';
import { findEmptyWindow } from '../../../tools/datasets/empty-window.js';
import { createRandom } from '../../../tools/train/random.js';
import { jpegOf, labelPng, writeFolder } from './dataset-builders.js';

test('a picture without objects is empty as a whole', () => {
  expect(findEmptyWindow(new Uint8Array(48 * 32), 48, 32)).toEqual([0, 0, 48, 32]);
});

test('a picture with objects everywhere has no empty window', () => {
  const everywhere = Uint8Array.from({ length: 48 * 32 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  expect(findEmptyWindow(everywhere, 48, 32)).toBeUndefined();
});

test('a window that is found holds nothing, whatever the picture', () => {
  const random = createRandom(3);
  let found = 0;
  for (let round = 0; round < 200; round++) {
    const isSet = new Uint8Array(60 * 40);
    for (let i = 0; i < 1 + round / 20; i++) isSet[random.below(isSet.length)] = 1;
    const window = findEmptyWindow(isSet, 60, 40);
    if (!window) continue;
    found++;
    const [left, top, right, bottom] = window;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) expect(isSet[y * 60 + x]).toBe(0);
  }
  expect(found).toBeGreaterThan(50);
});

test('negatives are cut where no car, person, sign or unlabelled pixel stands', async () => {
  // Sky (0) above, a row of cars (8) in the middle, road (3) with a void pixel below.
  const [widthPx, heightPx] = [40, 30];
  const values = Array.from({ length: widthPx * heightPx }, (_, index) => {
    const y = Math.floor(index / widthPx);
    if (y >= 16 && y < 20) return 8;
    return y < 16 ? 0 : index % 5 === 0 ? 255 : 3;
  });
  const full = Array.from({ length: widthPx * heightPx }, () => 8);
  const dir = writeFolder({
    'train/a_1.jpg': await jpegOf(widthPx, heightPx),
    'trainannot/a_1.png': await labelPng(widthPx, heightPx, values),
    'train/a_2.jpg': await jpegOf(widthPx, heightPx),
    'trainannot/a_2.png': await labelPng(widthPx, heightPx, full),
  });
  const { samples } = await openCamvidEmpty(dir, { split: 'train' });
  expect(samples.map(({ id, boxes }) => ({ id, boxes }))).toEqual([{ id: 'a_1.jpg', boxes: [] }]);
  const { widthPx: cutWidth, heightPx: cutHeight } = await samples[0]!.load();
  expect([cutWidth, cutHeight]).toEqual([20, 15]);
});
