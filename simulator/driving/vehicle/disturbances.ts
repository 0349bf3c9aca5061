import { Random } from '../../world/random.js';

/** Disturbances of the car at one time. */
export interface Push {
  /** Added to the curvature of its path by wind, crown and bumps, 1/metres, positive to the left. */
  curvaturePerM: number;
  /** Tilt of the body with its camera: nose down, right side down, radians. */
  pitchRad: number;
  rollRad: number;
}

interface Gust {
  sizeMps2: number;
  radPerS: number;
  phaseRad: number;
}

interface Bump {
  sM: number;
  pitchRad: number;
  rollRad: number;
  kickPerM: number;
}

/** Side wind as a sum of this many swings of 3 to 25 seconds. */
const gustCount = 4;
const gustMps2 = 0.09;
/** Mean distance between bumps, metres. */
const bumpEveryM = 45;
/** Frequency of the body's swing after a bump, and its decay rate per second. */
const bodyHz = 1.4;
const bodyDampingPerS = 3.2;
/** Distance over which a bump pulls at the steering, metres. */
const kickLengthM = 1.5;

/**
 * Side wind, the road's crown and bumps, drawn from a seed. The crown slopes towards the right edge and pulls the car
 * there all the way; gusts push to both sides; a bump tilts the body, which swings out, and tugs at the wheels.
 * Everything depends only on time and place.
 */
export class Disturbances {
  readonly #crownMps2: number;
  readonly #gusts: readonly Gust[];
  readonly #bumps: readonly Bump[];

  /** `strength` scales all disturbances: 0 is a still day on a plane, 1 an ordinary road. */
  constructor(seed: number, lengthM: number, strength: number) {
    const random = new Random(seed, 90);
    // A crown of 2.5 per cent pulls with a quarter of a m/s²; tyres and alignment take up most of that.
    this.#crownMps2 = -random.range(0.02, 0.1) * strength;
    this.#gusts = Array.from({ length: gustCount }, () => ({
      sizeMps2: gustMps2 * random.range(0.4, 1.6) * strength,
      radPerS: (2 * Math.PI) / random.range(3, 25),
      phaseRad: random.range(0, 2 * Math.PI),
    }));
    const bumps: Bump[] = [];
    for (let sM = 0; sM < lengthM; sM += random.range(0.2, 1.8) * bumpEveryM)
      bumps.push({
        sM,
        pitchRad: random.normal() * 0.006 * strength,
        rollRad: random.normal() * 0.006 * strength,
        kickPerM: random.normal() * 0.002 * strength,
      });
    this.#bumps = bumps;
  }

  at(timeS: number, sM: number, speedMps: number): Push {
    let sidewaysMps2 = this.#crownMps2;
    for (const { sizeMps2, radPerS, phaseRad } of this.#gusts)
      sidewaysMps2 += sizeMps2 * Math.sin(timeS * radPerS + phaseRad);
    // A standing car is not pushed along its wheels' axis.
    const push: Push = {
      curvaturePerM: sidewaysMps2 / Math.max(speedMps * speedMps, 25),
      pitchRad: 0,
      rollRad: 0,
    };
    for (let index = this.#lastBefore(sM); index >= 0; index--) {
      const bump = this.#bumps[index]!;
      const agoM = sM - bump.sM;
      const agoS = agoM / Math.max(speedMps, 1);
      if (agoS > 2) break;
      const swing = Math.exp(-bodyDampingPerS * agoS) * Math.sin(2 * Math.PI * bodyHz * agoS);
      push.pitchRad += bump.pitchRad * swing;
      push.rollRad += bump.rollRad * swing;
      if (agoM < kickLengthM) push.curvaturePerM += bump.kickPerM;
    }
    return push;
  }

  #lastBefore(sM: number): number {
    let low = 0;
    let high = this.#bumps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bumps[middle]!.sM <= sM) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
