import { elapsedMs } from '../frame/clock.js';
import type { BlackBox, LaneRecord, ThreadRecord } from './black-box.js';

/**
 * How long a thread may do one thing, milliseconds. Time that it is ready to run while others have the processor does not
 * count: on an overloaded machine it is slow, but does not hang.
 */
export interface HangBounds {
  /** A stage on one frame, and the main thread between two signs of life once results flow. */
  runningMs: number;
  /** The main thread before the first result, while it loads its code. */
  startingMs: number;
  /** A lane that loads its networks; TensorRT may build an engine meanwhile. */
  loadingMs: number;
}

/** A hung thread, and for how long. */
export interface Hang {
  /** Undefined for the main thread. */
  lane: LaneRecord | undefined;
  forMs: number;
}

/** After a pause of its own longer than this, the watch starts timing every thread again, milliseconds. */
const ownPauseMs = 500;

/**
 * Tells from successive looks at a black box whether its threads make progress. Has no clock: the times of the looks are
 * monotonic and come from outside, and only what changed between two looks counts, so neither the system clock nor the
 * clock of the other process matters.
 */
export class ProgressWatch {
  readonly #bounds: HangBounds;
  readonly #readyMs: (threadId: number) => number;
  /** Since when each thread has shown the same step; the main thread first. */
  readonly #seen: { step: number; state: string; sinceNs: bigint; readyMs: number }[] = [];
  #lastLookNs: bigint | undefined;

  /** `readyMs` returns how long a thread has been ready without running, since its start. */
  constructor(bounds: HangBounds, readyMs: (threadId: number) => number) {
    this.#bounds = bounds;
    this.#readyMs = readyMs;
  }

  /** Returns the first thread beyond its bound, lanes before the main thread. */
  look({ main, lanes }: BlackBox, nowNs: bigint): Hang | undefined {
    // A watch that was stopped or starved sees old steps when it wakes; the threads may just be waking as well.
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
