import type { TimeSource } from '../frame/frame-source.js';
import type { RingFrame } from './capture-thread.js';

const windowFrames = 128;
/** An interval longer than this many usual ones is a gap. */
const gapShare = 1.5;

export interface SourceTimingNow {
  timeSource: TimeSource;
  rateHz: number;
  jitterMs: number;
  gaps: number;
  repairedStamps: number;
  segment: number;
}

/** Rate, jitter and gaps of a live source, from its frames' capture times. Allocates nothing per frame. */
export class SourceTimingMeter {
  readonly #intervalsMs = new Float64Array(windowFrames);
  readonly #sorted = new Float64Array(windowFrames);
  #count = 0;
  #lastNs: bigint | undefined;
  #usualMs = 0;
  #gaps = 0;
  #last: RingFrame | undefined;

  take(frame: RingFrame): void {
    const isContinued = this.#lastNs !== undefined && frame.segment === this.#last?.segment;
    if (isContinued) {
      const ms = Number(frame.captureTimeNs - this.#lastNs!) / 1e6;
      if (this.#count >= 8 && ms > gapShare * this.#usualMs) this.#gaps++;
      this.#intervalsMs[this.#count++ % windowFrames] = ms;
      // The usual interval need not be computed for every frame.
      if (this.#count < 16 || this.#count % 16 === 0) this.#usualMs = this.#percentileMs(0.5);
    }
    this.#lastNs = frame.captureTimeNs;
    this.#last = frame;
  }

  /** Undefined before the first frame. */
  now(): SourceTimingNow | undefined {
    if (this.#last === undefined) return undefined;
    const { timeSource, repairedStamps, segment } = this.#last;
    const filled = Math.min(this.#count, windowFrames);
    let sumMs = 0;
    for (let i = 0; i < filled; i++) sumMs += this.#intervalsMs[i]!;
    return {
      timeSource,
      rateHz: sumMs > 0 ? (1000 * filled) / sumMs : 0,
      jitterMs: filled < 2 ? 0 : (this.#percentileMs(0.95) - this.#percentileMs(0.05)) / 2,
      gaps: this.#gaps,
      repairedStamps,
      segment,
    };
  }

  #percentileMs(share: number): number {
    const filled = Math.min(this.#count, windowFrames);
    if (filled === 0) return 0;
    const sorted = this.#sorted.subarray(0, filled);
    sorted.set(this.#intervalsMs.subarray(0, filled));
    sorted.sort();
    return sorted[Math.min(filled - 1, Math.floor(share * filled))]!;
  }
}
