import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerBoundsPlainly, roughen, roughenQuery } from '../../../tools/similar/rough-codes.js';
import { RoughScan } from '../../../tools/similar/rough-scan.js';

/** Codes and a query of one length, of any size, some of them equal. */
const searches = fc
  .record({
    dims: fc.constantFrom(8, 32, 64, 1024),
    rows: fc.integer({ min: 1, max: 40 }),
    scale: fc.constantFrom(1e-20, 1e-3, 1, 1e15),
    seed: fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
    isAmong: fc.boolean(),
  })
  .map(({ dims, rows, scale, seed, isAmong }) => {
    const codes = Float32Array.from({ length: rows * dims }, () => scale * seed.next().value!);
    const own = Float32Array.from({ length: dims }, () => 3 * scale * seed.next().value!);
    return { dims, rows, codes, query: isAmong ? codes.slice(0, dims) : own };
  });

test('no exact code is nearer than its bound, and the bounds of the kernel are those of the definition', () => {
  fc.assert(
    fc.property(searches, ({ dims, rows, codes, query }) => {
      const rough = roughen(codes, dims);
      const asked = roughenQuery(query);
      const plain = new Float32Array(rows);
      lowerBoundsPlainly(rough, dims, asked, plain);
      const bounds = new Float32Array(rows);
      new RoughScan(asked).lowerBounds(rough, bounds);
      const largest = codes.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
      const longest = Math.hypot(...query) + largest * Math.sqrt(dims);
      for (let row = 0; row < rows; row++) {
        const code = codes.subarray(row * dims, (row + 1) * dims);
        const distance = Math.hypot(...Array.from(code, (value, d) => value - query[d]!));
        expect(bounds[row]!).toBeLessThanOrEqual(distance);
        expect(Math.abs(bounds[row]! - plain[row]!)).toBeLessThanOrEqual(1e-6 * longest);
        // And it is of use: not far below.
        const within = 2 * (rough.error + asked.error) + 1e-4 * longest + 1e-37;
        expect(bounds[row]!).toBeGreaterThanOrEqual(distance - within);
      }
    }),
    {
      numRuns: 150,
      examples: [
        [{ dims: 8, rows: 1, codes: new Float32Array(8), query: new Float32Array(8).fill(9e-37) }],
        [{ dims: 8, rows: 1, codes: new Float32Array(8).fill(9e-37), query: new Float32Array(8) }],
      ],
    },
  );
});

test('more codes than the kernel takes at a time each get their own bound', () => {
  const dims = 8;
  const rows = 40_000;
  const codes = Float32Array.from({ length: rows * dims }, (_, at) => Math.floor(at / dims) / rows);
  const bounds = new Float32Array(rows);
  const rough = roughen(codes, dims);
  new RoughScan(roughenQuery(new Float32Array(dims))).lowerBounds(rough, bounds);
  const off = bounds.findIndex(
    (bound, row) => Math.abs(bound - (Math.sqrt(dims) * row) / rows) > 2 * rough.error + 1e-4,
  );
  expect(off).toBe(-1);
});
