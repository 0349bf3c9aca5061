/** Spread of a duration over all frames, milliseconds. */
export interface Spread {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * The nearest-rank percentile of values in ascending order: the smallest value that at least a `share` (0..1] of
 * all values does not exceed. Always an actual value, never interpolated; NaN without values.
 */
export function nearestRank(ascending: Float64Array, share: number): number {
  // 0.07 * 100 is 7.000000000000001 in floating point, and must still give the 7th.
  const rank = Math.ceil(share * ascending.length - 1e-9);
  return ascending[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** Exact percentiles over all values, rounded to microseconds; zeros without values. */
export function spreadOf(valuesMs: readonly number[]): Spread {
  const count = valuesMs.length;
  if (count === 0) return { count, p50: 0, p95: 0, p99: 0, max: 0 };
  const ascending = Float64Array.from(valuesMs).sort();
  const at = (share: number) => toMicroseconds(nearestRank(ascending, share));
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export const toMicroseconds = (valueMs: number) => Math.round(valueMs * 1000) / 1000;
