import type { TimeSource } from '../frame/frame-source.js';

/** A stamp as a stream gives it. */
export interface StreamStamp {
  timeNs: bigint;
  /** `monotonic`: this machine's own clock, as drivers give it; `stream`: with its own start. */
  clock: 'monotonic' | 'stream';
}

export interface FrameTime {
  captureTimeNs: bigint;
  timeSource: TimeSource;
  isTimeRepaired: boolean;
}

/** Longest delay from a picture's stamp to its arrival. */
const longestWayNs = 10_000_000_000n;
/** A stamp that jumps by more than this relative to the arrivals begins a new time line. */
const jumpNs = 1_000_000_000n;
/** The shortest delay within this time counts as "no delay": long enough to see one, short enough to follow drift. */
const windowNs = 10_000_000_000n;
/** Step between frames whose stamps do not advance. */
const stepNs = 1_000_000n;
const leastStepNs = 1000n;

/**
 * Capture times of a live stream on this machine's monotonic clock, strictly ascending. A stream's own time is mapped by
 * the frame with the shortest delay of the last 10 to 20 s: this removes network jitter, but a constant delay remains. A
 * stamp that is repeated or goes back is repaired.
 */
export class LiveTimes {
  #last: { stampNs: bigint | undefined; arrivalNs: bigint; captureNs: bigint } | undefined;
  /** Smallest difference of arrival and stamp in the current window and the previous one. */
  #leastNs: bigint | undefined;
  #leastBeforeNs: bigint | undefined;
  #windowStartNs = 0n;

  /** Call when the stream was opened again: its time line may be another. Times keep ascending. */
  restart(): void {
    if (this.#last !== undefined) this.#last.stampNs = undefined;
    this.#leastNs = undefined;
    this.#leastBeforeNs = undefined;
  }

  /** Returns the time of the next frame; `stamp` is undefined if it has none. */
  take(stamp: StreamStamp | undefined, arrivalNs: bigint): FrameTime {
    const last = this.#last;
    const stampNs = stamp?.timeNs;
    let isTimeRepaired = false;
    let timeSource: TimeSource = 'arrival';
    let captureTimeNs = arrivalNs;
    if (stamp !== undefined && stampNs !== undefined) {
      const before = last?.stampNs;
      if (last !== undefined && before !== undefined) {
        const jumped = stampNs - before - (arrivalNs - last.arrivalNs);
        if (jumped > jumpNs || jumped < -jumpNs) this.restart();
        isTimeRepaired = stampNs <= before;
      }
      const wayNs = arrivalNs - stampNs;
      const isOurClock = stamp.clock === 'monotonic' && wayNs >= 0n && wayNs < longestWayNs;
      timeSource = isOurClock ? 'driver' : 'stream';
      captureTimeNs = isOurClock ? stampNs : stampNs + this.#offset(wayNs, arrivalNs);
    }
    if (last !== undefined && (isTimeRepaired || captureTimeNs <= last.captureNs)) {
      const next = last.captureNs + stepNs;
      captureTimeNs = next < arrivalNs ? next : arrivalNs;
      if (captureTimeNs <= last.captureNs) captureTimeNs = last.captureNs + leastStepNs;
    }
    this.#last = { stampNs, arrivalNs, captureNs: captureTimeNs };
    return { captureTimeNs, timeSource, isTimeRepaired };
  }

  #offset(wayNs: bigint, arrivalNs: bigint): bigint {
    if (this.#leastNs === undefined || arrivalNs - this.#windowStartNs > windowNs) {
      this.#leastBeforeNs = this.#leastNs;
      this.#leastNs = wayNs;
      this.#windowStartNs = arrivalNs;
    }
    if (wayNs < this.#leastNs) this.#leastNs = wayNs;
    const before = this.#leastBeforeNs;
    return before !== undefined && before < this.#leastNs ? before : this.#leastNs;
  }
}
