import type { WorkItem } from '../plan/work-item.js';

/** A unit that this worker has taken. It goes to another worker unless `alive` is called regularly. */
export interface TakenUnit {
  item: WorkItem;
  /** How often any worker has taken it, this time included. */
  taken: number;
  /** Units that are not done yet, this one included; undefined if the queue does not know. */
  left?: number;
  alive(): void;
  /** Marks it as done or set aside, so that nobody takes it again. Resolves when the queue has confirmed. */
  finish(): Promise<void>;
  /** Returns it at once as if it had not been taken, because the unit is not at fault. */
  release(): Promise<void>;
}

/** A queue that balances work between workers on many machines. */
export interface UnitQueue {
  /** How long a silent worker keeps its unit, milliseconds. */
  readonly leaseMs: number;
  /**
   * Adds units that are not in the queue yet; every worker of a job may call it. `stillOpen` returns those with
   * neither results nor a reason; it is called if the queue was filled before and is now empty.
   */
  fill(
    items: readonly WorkItem[],
    stillOpen: (items: readonly WorkItem[]) => Promise<readonly WorkItem[]>,
  ): Promise<void>;
  /** The next unit; undefined once none is left and no other worker has one, or if `signal` aborts. */
  take(signal: AbortSignal): Promise<TakenUnit | undefined>;
  /** Publishes that a unit was set aside, and why. */
  deadLetter(item: WorkItem, reason: string): Promise<void>;
  close(): Promise<void>;
}
