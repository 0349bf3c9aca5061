import type { PerceptionError } from '../frame/perception-error.js';
import type { LaneListener } from './lane.js';

/**
 * Connects a lane to its conductor. Lanes start before the conductor exists, and may be ready or have failed by then;
 * until `listener` is set, only those two events are kept.
 */
export class LaneRelay implements LaneListener {
  listener: LaneListener | undefined;
  /** True while the lane takes jobs. */
  isReady = false;
  /** Resolves when the lane first takes jobs; rejects when it never will. */
  readonly firstReady: Promise<void>;
  #resolveReady!: () => void;
  #rejectReady!: (error: PerceptionError) => void;

  constructor() {
    this.firstReady = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.firstReady.catch(() => {});
  }

  stageDone(...answer: Parameters<LaneListener['stageDone']>): void {
    this.listener?.stageDone(...answer);
  }

  jobDone(): void {
    this.listener?.jobDone();
  }

  ready(): void {
    this.isReady = true;
    this.#resolveReady();
    this.listener?.ready();
  }

  free(): void {
    this.listener?.free?.();
  }

  died(cause: string): void {
    this.isReady = false;
    this.listener?.died(cause);
  }

  failed(error: PerceptionError): void {
    this.isReady = false;
    this.#rejectReady(error);
    this.listener?.failed(error);
  }
}
