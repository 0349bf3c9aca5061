import { expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { ordinaryOf } from '../../../tools/novelty/ordinary.js';
import { createRandom } from '../../../tools/train/random.js';

test('whitened, ordinary features have unit covariance, and what breaks their pattern lies far', () => {
  const random = createRandom(3);
  const size = 3;
  const rows = Array.from({ length: 4000 }, () => {
    const a = random.normal();
    return [5 + 2 * a + 0.1 * random.normal(), -1 - a, 100 * random.normal()];
  });
  const { mean, whitening } = ordinaryOf(Float64Array.from(rows.flat()), size);
  const distance = (row: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      let value = 0;
      for (let j = 0; j < size; j++) value += whitening[i * size + j]! * (row[j]! - mean[j]!);
      sum += value * value;
    }
    return Math.sqrt(sum);
  };
  const squares = rows.map((row) => distance(row) ** 2);
  const meanSquare = squares.reduce((sum, value) => sum + value, 0) / rows.length;
  // The shrunken covariance is a little wider along what the features share.
  expect(meanSquare).toBeGreaterThan(1.8);
  expect(meanSquare).toBeLessThan(3.1);
  // Each number of it is an ordinary one; together they are not.
  expect(distance([7, 0, 0])).toBeGreaterThan(1.7 * distance([7, -2, 0]));
});

test('fewer frames than the statistics need are told', () => {
  const next = mulberry32(1);
  const few = Float64Array.from({ length: 50 }, next);
  expect(() => ordinaryOf(few, 10)).toThrow(
    'novelty: expected 20 ordinary frames or more, found 5',
  );
});
