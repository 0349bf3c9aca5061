import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integerMapping, throughIntegers } from '../../../tools/quantize/integer-range.js';
import { quantizeBias, quantizeWeights } from '../../../tools/quantize/quantized-weights.js';

const value = fc.double({ min: -100, max: 100, noNaN: true });

test('a value in the range comes back within half a step, zero exactly, and others as the nearest end', () => {
  fc.assert(
    fc.property(
      value,
      value,
      value,
      fc.constantFrom('uint8' as const, 'int8' as const),
      (a, b, x, type) => {
        const range = { low: Math.min(a, b), high: Math.max(a, b) };
        const mapping = integerMapping(range, type);
        expect(throughIntegers(0, mapping, type)).toBe(0);
        const inside = Math.min(Math.max(x, Math.min(0, range.low)), Math.max(0, range.high));
        // The zero point is rounded too, which moves an end by up to half a step more.
        const allowed = type === 'int8' ? 0.5001 : 1.0001;
        const error = Math.abs(throughIntegers(inside, mapping, type) - inside);
        expect(error).toBeLessThanOrEqual(allowed * mapping.scale + 1e-8);
      },
    ),
  );
});

test('what is never negative has all 256 steps above zero', () => {
  expect(integerMapping({ low: 0.5, high: 51 }, 'uint8')).toEqual({
    scale: Math.fround(0.2),
    zeroPoint: 0,
  });
});

test('grey levels of a picture in -1..1 keep their steps', () => {
  const mapping = integerMapping({ low: -1, high: 1 }, 'uint8');
  for (let grey = 0; grey < 255; grey++) {
    const exact = (grey - 127.5) / 127.5;
    expect(Math.abs(throughIntegers(exact, mapping, 'uint8') - exact)).toBeLessThan(0.51 / 127.5);
  }
});

test('a value that never changes is no division by zero', () => {
  expect(integerMapping({ low: 0, high: 0 }, 'uint8')).toEqual({ scale: 1, zeroPoint: 0 });
  expect(integerMapping({ low: 0, high: 0 }, 'int8')).toEqual({ scale: 1, zeroPoint: 0 });
});

test('weights come back within half a step of their own channel, on whichever axis it lies', () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
  fc.assert(
    fc.property(
      shape,
      fc.integer({ min: 0, max: 1 }),
      fc.constantFrom(7 as const, 8 as const),
      fc.gen(),
      (dims, axis, bits, gen) => {
        const [rows, columns] = dims;
        const values = Float32Array.from({ length: rows * columns }, () => gen(() => value));
        const { integers, scales } = quantizeWeights(values, dims, axis, undefined, bits);
        expect(scales.length).toBe(dims[axis]);
        values.forEach((weight, i) => {
          const channel = axis === 0 ? Math.floor(i / columns) : i % columns;
          const scale = scales[channel]!;
          expect(Math.abs(integers[i]! * scale - weight)).toBeLessThanOrEqual(0.5001 * scale);
          expect(Math.abs(integers[i]!)).toBeLessThanOrEqual(bits === 7 ? 63 : 127);
        });
      },
    ),
  );
});

test('a channel of zeros, or a bias beyond 32 bits, still has a bias that comes back', () => {
  const bias = Float32Array.of(0.25, 30);
  const inputScale = 1e-3;
  const ofUnit = bias.map((b) => b / inputScale);
  // The second channel's weights alone would call for a scale of 1e-9, and the bias for 3e13 of its units.
  const weights = quantizeWeights(Float32Array.of(0, 1.27e-7), [2, 1], 0, ofUnit, 8);
  const { integers, scales } = quantizeBias(bias, inputScale, weights.scales);
  expect(integers[0]! * scales[0]!).toBeCloseTo(0.25, 5);
  expect(integers[1]! * scales[1]!).toBeCloseTo(30, 4);
  expect(Math.max(...integers)).toBeLessThanOrEqual(2 ** 30 * 1.0001);
});

/** x86 without VNNI: two products are added in 16 bits, and what does not fit is cut off. */
const pairSum = (a: number, b: number, w: number, v: number): number =>
  Math.min(32767, Math.max(-32768, a * w + b * v));

test('weights of 7 bits: no two of a channel make a sum that 16 bits cut off, whatever the inputs', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 12 }), (weights) => {
      const { integers } = quantizeWeights(
        Float32Array.from(weights),
        [1, weights.length],
        0,
        undefined,
        7,
      );
      // A sum of products is largest where each input is 0 or 255.
      for (const w of integers)
        for (const v of integers.subarray(integers.indexOf(w) + 1))
          for (const [a, b] of [
            [255, 255],
            [255, 0],
            [0, 255],
          ] as const)
            expect(pairSum(a, b, w, v)).toBe(a * w + b * v);
    }),
  );
});

test('weights of 8 bits are cut off there', () => {
  const values = Float32Array.of(1, 1, -1);
  const [w, v] = quantizeWeights(values, [1, 3], 0, undefined, 8).integers;
  expect(pairSum(255, 255, w!, v!)).toBe(32767);
  expect(255 * w! + 255 * v!).toBe(64770);
});
