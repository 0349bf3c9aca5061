import { nearestRank } from '../../tools/statistics/percentiles.js';

/** Summary of a series of durations, milliseconds. */
export interface SampleSpread {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Percentiles by nearest rank. `samplesMs` is not empty; it is sorted in place. */
export function sampleSpread(samplesMs: Float64Array): SampleSpread {
  samplesMs.sort();
  const rank = (share: number) => nearestRank(samplesMs, share);
  return { p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99), maxMs: samplesMs.at(-1)! };
}
