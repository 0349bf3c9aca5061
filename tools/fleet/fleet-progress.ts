import type { FleetAccount } from './fleet-account.js';

export interface FleetProgress {
  units: number;
  /** On a queue, counted over all workers. */
  done: number;
  failed: number;
  /** Replayed by this worker. */
  frames: number;
  /** Names of the units that are in progress on this worker. */
  working: readonly string[];
  /** Estimated seconds for the rest at the pace so far; undefined until there is an estimate. */
  remainingS: number | undefined;
}

/** Reports a fleet's progress. */
export class ProgressMeter {
  readonly #units: number;
  readonly #account: FleetAccount;
  readonly #tell: ((progress: FleetProgress) => void) | undefined;
  readonly #nowMs: () => number;
  readonly #working = new Map<string, number>();
  readonly #startMs: number;
  /** On a queue: number of units left and the time, first and latest. */
  #queue: { first: Seen; last: Seen } | undefined;

  /** `nowMs` is a monotonic clock. */
  constructor(
    units: number,
    account: FleetAccount,
    tell?: (progress: FleetProgress) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#units = units;
    this.#account = account;
    this.#tell = tell;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  /** `left`: units that no worker of the queue has completed, this unit included. */
  began(name: string, left?: number): void {
    this.#working.set(name, 0);
    if (left === undefined) return;
    const last = { left, atMs: this.#nowMs() };
    this.#queue = { first: this.#queue?.first ?? last, last };
  }

  frame(name: string, frames: number): void {
    this.#working.set(name, frames);
    this.#report();
  }

  ended(name: string): void {
    this.#working.delete(name);
    this.#report();
  }

  #report(): void {
    if (this.#tell === undefined) return;
    const { done, failed, frames } = this.#account;
    const now = [...this.#working.values()].reduce((sum, count) => sum + count, 0);
    const left = this.#queue?.last.left ?? this.#units - done - failed;
    this.#tell({
      units: this.#units,
      done: this.#units - left - failed,
      failed,
      frames: frames + now,
      working: [...this.#working.keys()],
      remainingS: this.#queue === undefined ? this.#alone(left) : ofAll(this.#queue),
    });
  }

  /** Units that already had results took no time and do not count. */
  #alone(left: number): number | undefined {
    const { newlyEnded } = this.#account;
    const elapsedS = (this.#nowMs() - this.#startMs) / 1000;
    return newlyEnded === 0 ? undefined : (left * elapsedS) / newlyEnded;
  }
}

interface Seen {
  left: number;
  atMs: number;
}

/** Others work on the same queue, so the rate at which units leave it is that of all workers. */
function ofAll({ first, last }: { first: Seen; last: Seen }): number | undefined {
  const gone = first.left - last.left;
  if (gone <= 0) return undefined;
  return (last.left * (last.atMs - first.atMs)) / 1000 / gone;
}
