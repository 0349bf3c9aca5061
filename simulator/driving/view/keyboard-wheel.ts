import type { HeldKeys } from '../../../src/outputs/page/road-protocol.js';

/** While a key is held the wheels turn this quickly, at most this far; released, they come back quicker. Radians. */
const turnRadPerS = 0.12;
const returnRadPerS = 0.35;
const mostRad = 0.25;
/** m/s², for the keys that go faster and slower. */
const fasterMps2 = 2;
const slowerMps2 = -4;

/** Turns keys, which know only on and off, into a steering angle that a person can drive with. */
export class KeyboardWheel {
  #angleRad = 0;

  get angleRad(): number {
    return this.#angleRad;
  }

  /** Lets `dtS` pass with these keys held; the angle is positive to the left. */
  advance({ left, right }: HeldKeys, dtS: number): number {
    const wanted = Number(left) - Number(right);
    if (wanted === 0) {
      const backRad = Math.min(returnRadPerS * dtS, Math.abs(this.#angleRad));
      this.#angleRad -= Math.sign(this.#angleRad) * backRad;
    } else {
      // Turning back through the middle goes as quickly as letting go.
      const isBack = this.#angleRad * wanted < 0;
      this.#angleRad += wanted * (isBack ? returnRadPerS : turnRadPerS) * dtS;
      this.#angleRad = Math.min(mostRad, Math.max(-mostRad, this.#angleRad));
    }
    return this.#angleRad;
  }
}

/** m/s² that the keys ask for. */
export function accelerationOf({ faster, slower }: HeldKeys): number {
  if (slower) return slowerMps2;
  return faster ? fasterMps2 : 0;
}
