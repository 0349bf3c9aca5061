/** The largest float16. */
export const largestHalf = 65_504;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The bits of the float16 (IEEE 754 binary16) nearest to each float32, ties to even; values that are too small become
 * subnormal or zero, values that are too large infinite.
 */
export function toHalfBits(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfBits);
}

/** The bits of the float16 nearest to a float32; see toHalfBits. */
export function halfBits(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const magnitude = bits[0]! & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, the nearest float16 is infinite.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: steps of 2^-24. The product is exact; adding and subtracting 2^52 rounds it, ties to even.
    const steps = Math.abs(float[0]) * 2 ** 24;
    return sign | (steps + 2 ** 52 - 2 ** 52);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The exact float32 of each float16's bits. */
export function fromHalfBits(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, halfValue);
}

/** The number that a float16's bits stand for. */
export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
