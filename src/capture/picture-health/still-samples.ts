import { sampleCount } from './picture-samples.js';

/** Over so long a point must have stood still, seconds. */
const windowS = 4;
const stillRange = 10;
const movingRange = 24;
/** With less of the picture moving, the vehicle may stand. */
const leastMovingShare = 0.4;
/** A bright sky stands still too. */
const skyLuma = 190;

/** Points that stand still while the scene moves: dirt, water or a hand on the lens. */
export class StillSamples {
  readonly #least = new Uint8Array(sampleCount).fill(255);
  readonly #most = new Uint8Array(sampleCount);
  #startNs: bigint | undefined;
  #last: Uint8Array | undefined;
  #share = 0;

  /** True where no sample differs from the picture before. */
  isSame(luma: Uint8Array): boolean {
    const last = this.#last;
    this.#last ??= new Uint8Array(sampleCount);
    let isSame = last !== undefined;
    for (let i = 0; i < sampleCount; i++) {
      if (luma[i] !== this.#last[i]) isSame = false;
      this.#last[i] = luma[i]!;
    }
    return isSame;
  }

  /** Share of the picture that stood still over the last whole window while the rest moved, 0..1. */
  take(luma: Uint8Array, timeNs: bigint): number {
    this.#startNs ??= timeNs;
    for (let i = 0; i < sampleCount; i++) {
      const value = luma[i]!;
      if (value < this.#least[i]!) this.#least[i] = value;
      if (value > this.#most[i]!) this.#most[i] = value;
    }
    if (Number(timeNs - this.#startNs) < windowS * 1e9) return this.#share;
    let still = 0;
    let moving = 0;
    for (let i = 0; i < sampleCount; i++) {
      const range = this.#most[i]! - this.#least[i]!;
      if (range <= stillRange && this.#most[i]! < skyLuma) still++;
      if (range >= movingRange) moving++;
    }
    this.#share = moving < leastMovingShare * sampleCount ? 0 : still / sampleCount;
    this.#least.fill(255);
    this.#most.fill(0);
    this.#startNs = timeNs;
    return this.#share;
  }
}
