/** How integers represent real numbers: value = scale * (integer - zeroPoint). */
export interface IntegerMapping {
  scale: number;
  zeroPoint: number;
}

/** Smallest and largest real value that is represented; values outside are clipped. */
export interface ValueRange {
  low: number;
  high: number;
}

/** `uint8` is 0..255 with any zero point; `int8` is -127..127 around 0, which TensorRT requires. */
export type ActivationType = 'uint8' | 'int8';

/** A narrower range belongs to a value that never changes; any scale will do. */
const narrowest = 1e-8;

/**
 * The mapping of a range to 8 bits. 0 is always represented exactly, because padding and Relu write it: the range
 * is widened to contain it. The scale is rounded to float32, as it is stored.
 */
export function integerMapping({ low, high }: ValueRange, type: ActivationType): IntegerMapping {
  const from = Math.min(0, low);
  const to = Math.max(0, high);
  if (type === 'int8') {
    const largest = Math.max(-from, to);
    return { scale: Math.fround(largest < narrowest ? 1 : largest / 127), zeroPoint: 0 };
  }
  const width = to - from;
  const scale = Math.fround(width < narrowest ? 1 : width / 255);
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** A value after its round trip through 8 bits. */
export function throughIntegers(
  value: number,
  { scale, zeroPoint }: IntegerMapping,
  type: ActivationType,
): number {
  const [lowest, highest] = type === 'uint8' ? [0, 255] : [-128, 127];
  const integer = Math.min(highest, Math.max(lowest, Math.round(value / scale) + zeroPoint));
  return scale * (integer - zeroPoint);
}
