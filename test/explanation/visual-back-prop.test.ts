import { expect, test } from 'vitest';
import { visualBackProp } from '../../src/explanation/visual-back-prop.js';

const slides = { padding: [0, 0] as const };

test('one layer: each value is spread over the places that its kernel covered', () => {
  const layer = { rows: 1, columns: 2, mean: Float32Array.of(2, 1), ...slides };
  const { values } = visualBackProp([{ ...layer, kernel: [1, 3], stride: [1, 2] }], {
    rows: 1,
    columns: 5,
  });
  // 2 over columns 0..2, 1 over 2..4; the third place lies under both.
  expect([...values]).toEqual([2, 2, 3, 1, 1].map((value) => Math.fround(value / 3)));
});

test('two layers: what comes back is multiplied by what the layer below answered there', () => {
  const below = { rows: 1, columns: 3, mean: Float32Array.of(1, 0, 4), ...slides };
  const above = { rows: 1, columns: 2, mean: Float32Array.of(1, 1), ...slides };
  const { values } = visualBackProp(
    [
      { ...below, kernel: [1, 1], stride: [1, 1] },
      { ...above, kernel: [1, 2], stride: [1, 1] },
    ],
    { rows: 1, columns: 3 },
  );
  // Spread: 1, 2, 1; times 1, 0, 4: 1, 0, 4.
  expect([...values]).toEqual([0.25, 0, 1]);
});

test('padding moves the kernel out of the picture, and what was below 0 counts for nothing', () => {
  const layer = { rows: 1, columns: 3, mean: Float32Array.of(1, -5, 2), padding: [0, 1] as const };
  const { values } = visualBackProp([{ ...layer, kernel: [1, 3], stride: [1, 1] }], {
    rows: 1,
    columns: 3,
  });
  // 1 over columns -1..1, 2 over 1..3: 1, 3, 2.
  expect([...values]).toEqual([1 / 3, 1, 2 / 3].map(Math.fround));
});
