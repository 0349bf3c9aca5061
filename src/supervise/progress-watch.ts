import { elapsedMs } from '../frame/clock.js';
import type { BlackBox, LaneRecord, ThreadRecord } from './black-box.js';

/**
 * How long a thread may do one thing, milliseconds. What it spends ready to run while others have the processor
 * does not count: a machine that is too busy is slow, and does not hang.
 */
export interface HangBounds {
  /** A stage on one frame, and the main thread between two signs of life once results flow. */
  runningMs: number;
  /** The main thread while it loads its code, before the first result. */
  startingMs: number;
  /** A lane that loads its networks; TensorRT may build an engine meanwhile. */
  loadingMs: number;
}

/** What stands still, and since when. */
export interface Hang {
  /** Undefined for the main thread. */
  lane: LaneRecord | undefined;
  forMs: number;
}

/** After a pause of its own that is longer than this, the watch lets every thread begin again, milliseconds. */
const ownPauseMs = 500;

/**
 * Tells from one look at a black box to the next whether its threads get on. Knows no clock: the times of the
 * looks are monotonic and come from outside, and only what changed between two looks counts, so neither the
 * system clock nor the clock of the other process matters.
 */
export class ProgressWatch {
  readonly #bounds: HangBounds;
  readonly #readyMs: (threadId: number) => number;
  /** Since when each thread has shown the same step; the main thread first. */
  readonly #seen: { step: number; state: string; sinceNs: bigint; readyMs: number }[] = [];
  #lastLookNs: bigint | undefined;

  /** `readyMs` tells how long a thread has been ready and did not run, since its start. */
  constructor(bounds: HangBounds, readyMs: (threadId: number) => number) {
    this.#bounds = bounds;
    this.#readyMs = readyMs;
  }

  /** The first thread beyond its bound, lanes before the main thread. */
  look({ main, lanes }: BlackBox, nowNs: bigint): Hang | undefined {
    // Whoever was stopped, or starved, sees old steps when it wakes; the others may just be waking as well.
    const lastNs = this.#lastLookNs ?? nowNs;
    if (elapsedMs(lastNs, nowNs) > ownPauseMs) this.#seen.length = 0;
    this.#lastLookNs = nowNs;
    const mainMs = this.#stillMs(0, main, nowNs);
    const laneMs = lanes.map((lane, index) => this.#stillMs(1 + index, lane, nowNs));
    for (const [index, lane] of lanes.entries())
      if (laneMs[index]! > this.#laneBoundMs(lane)) return { lane, forMs: laneMs[index]! };
    const { runningMs, startingMs } = this.#bounds;
    const mainBoundMs = main.state === 'starting' ? startingMs : runningMs;
    return mainMs > mainBoundMs ? { lane: undefined, forMs: mainMs } : undefined;
  }

  #laneBoundMs({ state }: LaneRecord): number {
    if (state === 'idle') return Number.POSITIVE_INFINITY;
    return state === 'loading' ? this.#bounds.loadingMs : this.#bounds.runningMs;
  }

  #stillMs(index: number, thread: ThreadRecord & { state: string }, nowNs: bigint): number {
    const { step, state, threadId } = thread;
    const seen = this.#seen[index];
    const readyMs = this.#readyMs(threadId);
    if (seen !== undefined && seen.step === step && seen.state === state)
      return elapsedMs(seen.sinceNs, nowNs) - Math.max(0, readyMs - seen.readyMs);
    this.#seen[index] = { step, state, sinceNs: nowNs, readyMs };
    return 0;
  }
}
