import { describe, expect, it } from 'vitest';
import { compareGolden, goldenInput, mulberry32 } from '../../src/bundle/golden.js';
import type { Golden } from '../../src/bundle/manifest.js';

const golden: Golden = {
  input: { seed: 42, minimum: -2, maximum: 3, shape: [2, 3] },
  outputs: { a: { shape: [1, 4], indices: [0, 3], values: [1, -1] } },
};

describe('the golden check', () => {
  it('draws the numbers that mulberry32 is known for', () => {
    const next = mulberry32(0);
    // The published C function gives these three 32-bit numbers from state 0.
    expect([next(), next(), next()].map((value) => value * 4294967296)).toEqual([
      1144304738, 1416247, 958946056,
    ]);
  });

  it('fills its input from the seed, within the range', () => {
    const input = goldenInput(golden);
    const next = mulberry32(42);
    expect(Array.from(input)).toEqual(
      Array.from({ length: 6 }, () => Math.fround(-2 + 5 * next())),
    );
  });

  it('passes outputs within the tolerance and names the worst', () => {
    const found = compareGolden(golden, { a: Float32Array.of(1.25, 9, 9, -1) }, 0.25);
    expect(found).toEqual({
      ok: true,
      maxAbsDifference: 0.25,
      where: 'a[0]: expected 1, found 1.25',
    });
  });

  it('fails outputs beyond the tolerance', () => {
    const found = compareGolden(golden, { a: Float32Array.of(1, 0, 0, -1.5) }, 0.25);
    expect(found).toMatchObject({ ok: false, maxAbsDifference: 0.5 });
    expect(found.where).toBe('a[3]: expected -1, found -1.5');
  });

  it('fails outputs that are missing, too short or no number', () => {
    const outputs = [{}, { a: Float32Array.of(1) }, { a: Float32Array.of(1, 0, 0, Number.NaN) }];
    for (const output of outputs) {
      expect(compareGolden(golden, output as Record<string, Float32Array>, 1e9)).toMatchObject({
        ok: false,
        maxAbsDifference: Infinity,
      });
    }
  });
});
