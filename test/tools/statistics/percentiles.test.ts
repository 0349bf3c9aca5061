import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestRank, spreadOf } from '../../../tools/statistics/percentiles.js';

/** The definition, word for word: the smallest value that so many are not above. */
function byCounting(values: readonly number[], percent: number): number {
  const enough = (candidate: number) =>
    values.filter((value) => value <= candidate).length * 100 >= percent * values.length;
  return Math.min(...values.filter(enough));
}

test('is the smallest value that the share does not exceed, for any values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const ascending = Float64Array.from(values).sort();
        expect(nearestRank(ascending, percent / 100)).toBe(byCounting(values, percent));
      },
    ),
  );
});

test('of a hundred values the 95th is the 95th, of twenty the 19th', () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  expect(spreadOf(upTo(100).reverse())).toEqual({
    count: 100,
    p50: 50,
    p95: 95,
    p99: 99,
    max: 100,
  });
  expect(spreadOf(upTo(20))).toEqual({ count: 20, p50: 10, p95: 19, p99: 20, max: 20 });
});

test('one value is every percentile, and none is zeros', () => {
  expect(spreadOf([3.25159])).toEqual({ count: 1, p50: 3.252, p95: 3.252, p99: 3.252, max: 3.252 });
  expect(spreadOf([])).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
});
