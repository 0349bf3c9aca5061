import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packCodes, unpackCodes } from '../../../tools/similar/code-file.js';
import { findSimilar } from '../../../tools/similar/find-similar.js';
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

const drive = (name: string, codes: number[][]) => ({
  maker: 'm',
  drive: name,
  location: `${name}.mcap`,
  dims,
  timesS: Float64Array.from(codes.keys()),
  codes: Float32Array.from(
    codes.flatMap((code) => [...code, ...Array(dims - code.length).fill(0)]),
  ),
  thumbnails: codes.map((_, i) => new Uint8Array(i).fill(i)),
});

test('codes come back from their bytes, and other bytes are none', () => {
  const codes = drive('a', [[1, 2], [3], [4, 5, 6]]);
  expect(unpackCodes(packCodes(codes))).toEqual(codes);
  for (const cut of [0, 3, 20, 200])
    expect(unpackCodes(packCodes(codes).subarray(0, cut))).toBeUndefined();
  expect(unpackCodes(new TextEncoder().encode('no codes at all'))).toBeUndefined();
});

test('neighbours in time are one find, and drives are told apart', () => {
  const drives = [drive('a', [[1], [1.1], [1.2], [5], [1.3]]), drive('b', [[1.05], [9]])];
  const query = Float32Array.from([1, ...Array(dims - 1).fill(0)]);
  const found = findSimilar(drives, query, 3, 3);
  expect(found.map(({ drive: name, timeS }) => `${name}@${timeS}`)).toEqual(['a@0', 'b@0', 'a@4']);
});
