import type { WorkItem } from '../plan/work-item.js';

/** A unit that this worker has taken. It goes to another worker unless `alive` is called again and again. */
export interface TakenUnit {
  item: WorkItem;
  /** How often it was taken, by whoever, this time included. */
  taken: number;
  /** Units that nobody has done yet, this one included; undefined where nobody knows of others'. */
  left?: number;
  alive(): void;
  /** It is done, or set aside: nobody takes it again. Resolves when the queue knows. */
  finish(): Promise<void>;
  /** Gives it back at once, as if it had not been taken: no fault of the unit. */
  release(): Promise<void>;
}

/** A queue that balances itself between workers on many machines. */
export interface UnitQueue {
  /** How long a silent worker keeps its unit, milliseconds. */
  readonly leaseMs: number;
  /**
   * Puts units in that are not in it yet; every worker of a job may call it. `stillOpen` says which of them have neither results
   * nor a reason: it is asked where the queue was filled before and nothing is left in it.
   */
  fill(
    items: readonly WorkItem[],
    stillOpen: (items: readonly WorkItem[]) => Promise<readonly WorkItem[]>,
  ): Promise<void>;
  /** The next unit; undefined once there is none and none is with another worker, or `signal` aborts. */
  take(signal: AbortSignal): Promise<TakenUnit | undefined>;
  /** Tells whoever listens that a unit was set aside, and why. */
  deadLetter(item: WorkItem, reason: string): Promise<void>;
  close(): Promise<void>;
}
