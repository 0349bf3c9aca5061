/** The middle value; the mean of the middle two of an even number. NaN without values. `values` stays as it is. */
export function median(values: readonly number[] | Float64Array): number {
  const ascending = Float64Array.from(values).sort();
  const middle = ascending.length >> 1;
  if (ascending.length % 2 === 1) return ascending[middle]!;
  return ascending.length === 0 ? Number.NaN : (ascending[middle - 1]! + ascending[middle]!) / 2;
}
