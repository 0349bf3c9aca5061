import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../../tools/similar/nearest.js';

const dims = 16;

test('the nearest are those that comparing all with all gives, nearest first', () => {
  const numbers = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), {
    minLength: dims * 3,
    maxLength: dims * 40,
  });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 12 }), (values, count) => {
      const rows = Math.floor(values.length / dims);
      const codes = Float32Array.from(values.slice(0, rows * dims));
      const query = codes.slice(dims, 2 * dims);
      const all = Array.from({ length: rows }, (_, row) => {
        let sum = 0;
        for (let d = 0; d < dims; d++) sum += (codes[row * dims + d]! - query[d]!) ** 2;
        return Math.sqrt(sum);
      }).sort((a, b) => a - b);
      const found = nearest(codes, dims, query, count);
      expect(found).toHaveLength(Math.min(count, rows));
      expect(new Set(found.map(({ index }) => index)).size).toBe(found.length);
      found.forEach(({ distance }, place) => {
        expect(distance).toBeCloseTo(all[place]!, 6);
      });
    }),
    { numRuns: 60 },
  );
});

test('a code that is no number is near to nothing, and hides nothing', () => {
  const codes = new Float32Array(4 * 8);
  codes.fill(Number.NaN, 0, 8);
  codes.fill(2, 16, 24);
  const found = nearest(codes, 8, new Float32Array(8), 4);
  expect(found.map(({ index }) => index)).toEqual([1, 3, 2]);
});
