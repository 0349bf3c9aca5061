/** Milliseconds: the smallest time told apart, and how much wider each bucket is than the one before. */
const lowestMs = 0.001;
const growth = 1.01;
const logGrowth = Math.log(growth);
/** Up to 10^5 ms; what lies beyond is counted in the last bucket, and `max` stays exact. */
const bucketCount = Math.ceil(Math.log(1e8) / logGrowth) + 1;

/** Spread of a duration over a run, milliseconds. */
export interface LatencySummary {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/**
 * Counts durations in buckets that each span one per cent, so that a run of any length takes the same memory
 * and percentiles are within one per cent. Nothing is allocated per sample.
 */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(bucketCount);
  #count = 0;
  #maxMs = 0;

  /** Adds a duration in milliseconds; a negative one counts as zero. */
  add(durationMs: number): void {
    const ratio = durationMs / lowestMs;
    const index =
      ratio <= 1 ? 0 : Math.min(bucketCount - 1, Math.floor(Math.log(ratio) / logGrowth));
    this.#buckets[index]!++;
    this.#count++;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  /** The duration that `share` (0..1] of the samples do not exceed, milliseconds; 0 without samples. */
  percentileMs(share: number): number {
    let remaining = Math.ceil(share * this.#count);
    for (let index = 0; index < bucketCount && remaining > 0; index++) {
      remaining -= this.#buckets[index]!;
      // The middle of the bucket, but never above what was measured.
      if (remaining <= 0) return Math.min(this.#maxMs, lowestMs * growth ** (index + 0.5));
    }
    return 0;
  }

  /** Rounded to microseconds. */
  summary(): LatencySummary {
    return {
      count: this.#count,
      p50: toMicroseconds(this.percentileMs(0.5)),
      p95: toMicroseconds(this.percentileMs(0.95)),
      p99: toMicroseconds(this.percentileMs(0.99)),
      max: toMicroseconds(this.#maxMs),
    };
  }
}

const toMicroseconds = (durationMs: number) => Math.round(durationMs * 1000) / 1000;
