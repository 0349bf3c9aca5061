/** What is said of a series of durations, milliseconds. */
export interface Spread {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Percentiles by nearest rank. `samplesMs` is not empty; it is sorted in place. */
export function spreadOf(samplesMs: Float64Array): Spread {
  samplesMs.sort();
  const rank = (share: number) =>
    samplesMs[Math.min(samplesMs.length, Math.ceil(samplesMs.length * share)) - 1]!;
  return { p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99), maxMs: samplesMs.at(-1)! };
}

/** The middle value; the mean of the middle two of an even number. `values` is not empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
