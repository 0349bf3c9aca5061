/**
 * Monotonic time in nanoseconds. In Node the same clock in every thread of the machine; in a browser
 * it counts from the page's time origin.
 */
export const nowNs: () => bigint =
  typeof process !== 'undefined' && typeof process.hrtime?.bigint === 'function'
    ? () => process.hrtime.bigint()
    : () => BigInt(Math.round(performance.now() * 1e6));

/** Maps monotonic to wall time, fixed once at start so that a system clock that jumps changes nothing. */
export interface WallClock {
  /** Wall time minus monotonic time, nanoseconds. */
  readonly offsetNs: bigint;
}

/** Reads both clocks once. */
export function startWallClock(): WallClock {
  return { offsetNs: BigInt(Date.now()) * 1_000_000n - nowNs() };
}

/** Nanoseconds since the Unix epoch for a monotonic time. */
export function wallTimeNs(clock: WallClock, monotonicNs: bigint): bigint {
  return monotonicNs + clock.offsetNs;
}

/** Milliseconds between two monotonic times. */
export function elapsedMs(startNs: bigint, endNs: bigint): number {
  return Number(endNs - startNs) / 1e6;
}
