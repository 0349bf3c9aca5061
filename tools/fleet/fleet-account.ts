import { PerceptionError } from '../../src/frame/perception-error.js';
import type { UnitOutcome } from './work/work-unit.js';

/** Result of a fleet run, as `--json` prints it. */
export interface FleetSummary {
  run: string;
  /** This worker's share of all units, from 0; null if it took them all or shares a queue. */
  shard: { index: number; count: number } | null;
  /** For this worker: units = done + failed + left; `left` is 0 unless the run was stopped. */
  units: number;
  done: number;
  /** How many of `done` were done before. */
  alreadyDone: number;
  failed: number;
  left: number;
  frames: number;
  seconds: number;
  failures: { name: string; kind: string; reason: string; tries: number }[];
}

/** Counts how units end. */
export class FleetAccount {
  #done = 0;
  #alreadyDone = 0;
  #frames = 0;
  #newlyEnded = 0;
  readonly #failures: FleetSummary['failures'] = [];
  readonly #startMs = performance.now();

  add(outcome: UnitOutcome): void {
    if ('isNew' in outcome && outcome.isNew) this.#newlyEnded++;
    if (outcome.kind === 'done') {
      this.#done++;
      if (outcome.isNew) this.#frames += outcome.record.frames.published;
      else this.#alreadyDone++;
    } else if (outcome.kind === 'failed') {
      const { name, kind, reason, tries } = outcome.failure;
      this.#failures.push({ name, kind, reason, tries });
    }
  }

  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failures.length;
  }

  /** Units that this run completed or set aside. */
  get newlyEnded(): number {
    return this.#newlyEnded;
  }

  /** Frames that were replayed, without those that were already done. */
  get frames(): number {
    return this.#frames;
  }

  /** Throws ERR_INTERNAL if units are unaccounted for although nothing was stopped. */
  summary(
    run: string,
    shard: FleetSummary['shard'],
    units: number,
    isStopped: boolean,
  ): FleetSummary {
    const left = units - this.#done - this.failed;
    if (left < 0 || (left > 0 && !isStopped))
      throw new PerceptionError(
        'ERR_INTERNAL',
        `expected every unit accounted for, found ${units} units, ${this.#done} done and ${this.failed} failed`,
      );
    return {
      run,
      shard,
      units,
      done: this.#done,
      alreadyDone: this.#alreadyDone,
      failed: this.failed,
      left,
      frames: this.#frames,
      seconds: (performance.now() - this.#startMs) / 1000,
      failures: this.#failures.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }
}
