import type { HeldKeys } from '../../../src/outputs/page/road-protocol.js';

/** Rate of the wheels while a key is held, their faster return after it is released, and their largest angle. Radians. */
const turnRadPerS = 0.12;
const returnRadPerS = 0.35;
const mostRad = 0.25;
/** m/s², for the keys that accelerate and brake. */
const fasterMps2 = 2;
const slowerMps2 = -4;

/** Turns keys, which are only on or off, into a steering angle that a person can drive with. */
export class KeyboardWheel {
  #angleRad = 0;

  get angleRad(): number {
    return this.#angleRad;
  }

  /** Advances by `dtS` with these keys held; the angle is positive to the left. */
  advance({ left, right }: HeldKeys, dtS: number): number {
    const wanted = Number(left) - Number(right);
    if (wanted === 0) {
      const backRad = Math.min(returnRadPerS * dtS, Math.abs(this.#angleRad));
      this.#angleRad -= Math.sign(this.#angleRad) * backRad;
    } else {
      // Turning back through the middle is as quick as releasing the key.
      const isBack = this.#angleRad * wanted < 0;
      this.#angleRad += wanted * (isBack ? returnRadPerS : turnRadPerS) * dtS;
      this.#angleRad = Math.min(mostRad, Math.max(-mostRad, this.#angleRad));
    }
    return this.#angleRad;
  }
}

/** Acceleration that the keys request, m/s². */
export function accelerationOf({ faster, slower }: HeldKeys): number {
  if (slower) return slowerMps2;
  return faster ? fasterMps2 : 0;
}
