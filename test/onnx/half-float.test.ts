import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalfBits, toHalfBits } from '../../src/onnx/half-float.js';

const half = (value: number) => toHalfBits(Float32Array.of(value))[0]!;

test('known values have the bits of IEEE 754', () => {
  expect(half(0)).toBe(0);
  expect(half(-0)).toBe(0x8000);
  expect(half(1)).toBe(0x3c00);
  expect(half(-2)).toBe(0xc000);
  expect(half(65504)).toBe(0x7bff);
  expect(half(65520)).toBe(0x7c00);
  expect(half(-1e9)).toBe(0xfc00);
  expect(half(2 ** -24)).toBe(1);
  expect(half(2 ** -14)).toBe(0x0400);
  expect(half(Number.NaN) & 0x7c00).toBe(0x7c00);
});

test('ties go to the even neighbour, also below the normal range', () => {
  expect(half(1 + 2 ** -11)).toBe(0x3c00);
  expect(half(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(half(2 ** -25)).toBe(0);
  expect(half(1.5 * 2 ** -24)).toBe(2);
  // The largest subnormal rounds up to the smallest normal number.
  expect(half(2 ** -14 - 2 ** -26)).toBe(0x0400);
});

test('every float16 that is a number comes back with the same bits', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter(
    (bits) => (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0,
  );
  expect(toHalfBits(fromHalfBits(all))).toEqual(all);
});

test('no other float16 is nearer', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = half(value);
      const error = (candidate: number) =>
        Math.abs(fromHalfBits(Uint16Array.of(candidate))[0]! - value);
      const neighbours = [bits + 1, bits - 1].filter(
        (other) => other >= 0 && other <= 0xffff && ((other ^ bits) & 0x8000) === 0,
      );
      for (const other of neighbours) {
        if ((other & 0x7c00) !== 0x7c00) expect(error(bits)).toBeLessThanOrEqual(error(other));
      }
    }),
  );
});
