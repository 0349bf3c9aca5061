import type { NoveltyOutputSpec } from '../../bundle/novelty-spec.js';
import { Hysteresis } from '../../frame/hysteresis.js';
import type { NoveltyResult } from '../results.js';

/** Health code for a scene unlike any that the rig knows. */
export const novelScene = 'novel_scene';

/** The part of a bundle's decoding that decides when a scene is novel. */
export type NoveltyLimits = Pick<NoveltyOutputSpec, 'threshold' | 'beginS' | 'endS'>;

/** Judges frames one after the other, with hysteresis. */
export class NoveltyMemory {
  readonly #limits: NoveltyLimits;
  readonly #held = new Hysteresis();
  #nowNs = 0n;

  constructor(limits: NoveltyLimits) {
    this.#limits = limits;
  }

  get isNovel(): boolean {
    return this.#held.isSaid;
  }

  /**
   * `distance` to the ordinary frames; one that is not finite counts as ordinary. `dtS`: seconds since the frame that was
   * judged last.
   */
  take(distance: number, reconstructionError: number, dtS: number): NoveltyResult {
    const { threshold, beginS, endS } = this.#limits;
    this.#nowNs += BigInt(Math.round(Math.max(0, dtS) * 1e9));
    const value = Number.isFinite(distance) ? distance / threshold : 0;
    this.#held.take(value >= 1, this.#nowNs, beginS, endS);
    return { value, reconstructionError, distance, isNovel: this.isNovel };
  }
}
