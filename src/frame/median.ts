/** The middle value; the mean of the middle two of an even number. NaN without values. `values` stays as it is. */
export const median = (values: ArrayLike<number>): number =>
  medianInPlace(Float64Array.from(values));

/** The same without a copy: `values` are sorted in place. */
export function medianInPlace(values: Float64Array | Float32Array): number {
  const { length } = values.sort();
  if (length === 0) return Number.NaN;
  const middle = length >> 1;
  return length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
