import { expect, test } from 'vitest';
import { filterNoise, isSmooth } from '../../../../tools/explain/layers/filter-noise.js';
import { createRandom } from '../../../../tools/train/random.js';

const plane = (rows: number, columns: number, value: (x: number, y: number) => number) => ({
  channels: 1,
  rows,
  columns,
  values: Float32Array.from({ length: rows * columns }, (_, i) =>
    value(i % columns, Math.floor(i / columns)),
  ),
});

test('a ramp is smooth, weights by chance have a noise of 2, a chessboard has more', () => {
  const random = createRandom(3);
  const chance = Array.from({ length: 400 }, () =>
    filterNoise(plane(5, 5, () => random.between(-1, 1))),
  ) as number[];
  expect(chance.reduce((sum, each) => sum + each, 0) / chance.length).toBeCloseTo(2, 1);
  expect(filterNoise(plane(5, 5, (x) => x))).toBeCloseTo(0.24, 2);
  expect(filterNoise(plane(5, 5, (x, y) => (x + y) % 2))).toBeGreaterThan(3.5);
  expect(filterNoise(plane(5, 5, () => 7))).toBeUndefined();
});

test('smooth is what few shuffles of the same weights match', () => {
  const random = createRandom(4);
  expect(isSmooth(plane(5, 5, (x, y) => x + y))).toBe(true);
  expect(isSmooth(plane(5, 5, () => 7))).toBe(false);
  const byChance = Array.from({ length: 100 }, () =>
    isSmooth(plane(5, 5, () => random.between(-1, 1))),
  );
  expect(byChance.filter(Boolean).length).toBeLessThan(15);
});
