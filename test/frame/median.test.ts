import { expect, test } from 'vitest';
import { median } from '../../src/frame/median.js';

test('is the middle value, the mean of the middle two of an even number, and leaves the values as they are', () => {
  const values = [10, 9, -100];
  expect(median(values)).toBe(9);
  expect(values).toEqual([10, 9, -100]);
  expect(median(Float64Array.of(1, 100, 2, 4))).toBe(3);
  expect(median([])).toBeNaN();
});
