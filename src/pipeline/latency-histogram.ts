import { createHistogram } from 'node:perf_hooks';

/** The longest duration that is resolved, milliseconds; longer ones count as this one, and `max` stays exact. */
const highestMs = 1e5;

/** Spread of a duration over a run, milliseconds. */
export interface LatencySummary {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * Counts durations in Node's own histogram, to three figures: a run of any length takes the same memory, percentiles
 * are within a tenth of a per cent, and nothing is allocated per sample.
 */
export class LatencyHistogram {
  readonly #nanoseconds = createHistogram({ lowest: 1, highest: highestMs * 1e6, figures: 3 });
  #maxMs = 0;

  /** Adds a duration in milliseconds; a negative one counts as zero. */
  add(durationMs: number): void {
    const counted = Math.min(highestMs, Math.max(1e-6, durationMs));
    this.#nanoseconds.record(Math.round(counted * 1e6));
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  /** The duration that `share` (0..1] of the samples do not exceed, milliseconds; 0 without samples. */
  percentileMs(share: number): number {
    const { count } = this.#nanoseconds;
    if (count === 0) return 0;
    // The library rounds a rank to the nearest integer; the rank that `share` does not exceed is the next higher one.
    const rank = Math.max(1, Math.ceil(share * count - 1e-9));
    const foundMs = this.#nanoseconds.percentile((100 * rank) / count) / 1e6;
    // The bucket's upper end, but never above the largest sample.
    return Math.min(this.#maxMs, foundMs);
  }

  /** Rounded to microseconds. */
  summary(): LatencySummary {
    return {
      count: this.#nanoseconds.count,
      p50: toMicroseconds(this.percentileMs(0.5)),
      p95: toMicroseconds(this.percentileMs(0.95)),
      p99: toMicroseconds(this.percentileMs(0.99)),
      max: toMicroseconds(this.#maxMs),
    };
  }
}

const toMicroseconds = (durationMs: number) => Math.round(durationMs * 1000) / 1000;
