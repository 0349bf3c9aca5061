import { expect, test } from 'vitest';
import { mostFirst, rankCorrelation } from '../../../../tools/explain/measure/pixel-order.js';

test('pixels that count most come first, equals in their order', () => {
  expect([...mostFirst(Float32Array.of(1, 3, 3, 2))]).toEqual([1, 2, 3, 0]);
});

test('rank correlation is 1 for the same order, -1 for the other way round, and shares the ranks of equals', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  expect(rankCorrelation(values, Float32Array.of(10, 20, 30, 1000))).toBeCloseTo(1, 6);
  expect(rankCorrelation(values, Float32Array.of(4, 3, 2, 1))).toBeCloseTo(-1, 6);
  // Ranks 0, 1.5, 1.5, 3 against 0..3: scipy's spearmanr says 0.9487.
  expect(rankCorrelation(values, Float32Array.of(1, 2, 2, 4))).toBeCloseTo(0.9487, 4);
  expect(rankCorrelation(values, Float32Array.of(7, 7, 7, 7))).toBe(0);
});
