import { expect, test } from 'vitest';
import { wilsonInterval } from '../../../tools/statistics/wilson.js';

test('intervals are those that are published', () => {
  // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [hits, count, low, high] of published) {
    const [from, to] = wilsonInterval(hits, count);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  }
});

test('where nothing was tried nothing is known, and where all succeeded the end is 1', () => {
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  const [low, high] = wilsonInterval(8, 8);
  expect(low).toBeCloseTo(0.6756, 4);
  expect(high).toBe(1);
});
