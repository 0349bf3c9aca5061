import type { Random } from './random.js';

/** A place on the road's centre line. */
export interface RoadPoint {
  x: number;
  y: number;
  z: number;
  /** Direction of travel, from x towards y, radians. */
  headingRad: number;
  /** 1 / radius, positive to the left, 1/metres. */
  curvaturePerM: number;
  /** Rise over run. */
  slope: number;
}

const stepM = 1;

/**
 * The road's centre line: straights, arcs and the clothoids between them, on gentle hills. Places are given
 * by s, metres along the line, and d, metres to the left of it.
 */
export class Road {
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;
  private readonly headings: Float64Array;
  private readonly curvatures: Float64Array;
  private readonly heights: Float64Array;

  /** `curvatures` at each metre, 1/metres; hills as waves of amplitude (metres) and length (metres). */
  constructor(
    curvatures: Float64Array,
    hills: readonly { amplitudeM: number; lengthM: number; phaseRad: number }[],
  ) {
    const count = curvatures.length;
    this.curvatures = curvatures;
    this.xs = new Float64Array(count);
    this.ys = new Float64Array(count);
    this.headings = new Float64Array(count);
    this.heights = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      for (const hill of hills) {
        this.heights[i] =
          this.heights[i]! +
          hill.amplitudeM * Math.sin((i * stepM * 2 * Math.PI) / hill.lengthM + hill.phaseRad);
      }
      if (i === 0) continue;
      // The chord of a short arc points along the mean of its two headings.
      const turn = ((curvatures[i - 1]! + curvatures[i]!) / 2) * stepM;
      const along = this.headings[i - 1]! + turn / 2;
      this.headings[i] = this.headings[i - 1]! + turn;
      this.xs[i] = this.xs[i - 1]! + Math.cos(along) * stepM;
      this.ys[i] = this.ys[i - 1]! + Math.sin(along) * stepM;
    }
  }

  get lengthM(): number {
    return (this.curvatures.length - 1) * stepM;
  }

  /** The centre line at s, clamped to its ends. */
  at(sM: number): RoadPoint {
    const place = Math.min(Math.max(sM / stepM, 0), this.curvatures.length - 1.000001);
    const i = Math.floor(place);
    const t = place - i;
    const mix = (values: Float64Array): number => values[i]! + (values[i + 1]! - values[i]!) * t;
    return {
      x: mix(this.xs),
      y: mix(this.ys),
      z: mix(this.heights),
      headingRad: mix(this.headings),
      curvaturePerM: mix(this.curvatures),
      slope: (this.heights[i + 1]! - this.heights[i]!) / stepM,
    };
  }

  /** World coordinates of a place next to the centre line, `upM` above the road. */
  toWorld(sM: number, dM: number, upM = 0): [number, number, number] {
    const point = this.at(sM);
    return [
      point.x - Math.sin(point.headingRad) * dM,
      point.y + Math.cos(point.headingRad) * dM,
      point.z + upM,
    ];
  }
}

/**
 * Curvature at each metre of a random road; curves are no tighter than `minRadiusM`. A road that keeps its heading
 * within `maxHeadingRad` of the initial one, less than a quarter turn, never crosses itself.
 */
export function randomCurvatures(
  random: Random,
  lengthM: number,
  minRadiusM: number,
  straightShare: number,
  maxHeadingRad = Infinity,
): Float64Array {
  const curvatures = new Float64Array(Math.ceil(lengthM / stepM) + 2);
  let at = 0;
  let headingRad = 0;
  const push = (value: number): void => {
    if (at < curvatures.length) curvatures[at++] = value;
    headingRad += value * stepM;
  };
  while (at < curvatures.length) {
    if (random.chance(straightShare)) {
      for (let left = random.range(25, 110); left > 0; left -= stepM) push(0);
      continue;
    }
    let peak = (random.chance(0.5) ? 1 : -1) / random.range(minRadiusM, minRadiusM * 5);
    // Clothoid parameter after road practice: the ramp takes at least 2 s at the speed of the road.
    const ramp = random.range(22, 45);
    const hold = random.range(8, 70);
    const turnRad = peak * (ramp + hold);
    if (Math.abs(headingRad + turnRad) > maxHeadingRad) {
      const gentler = Math.min(1, maxHeadingRad / Math.abs(turnRad));
      peak = Math.abs(peak) * gentler * (headingRad > 0 ? -1 : 1);
    }
    for (let s = 0; s < ramp; s += stepM) push((peak * s) / ramp);
    for (let left = hold; left > 0; left -= stepM) push(peak);
    for (let s = ramp; s > 0; s -= stepM) push((peak * s) / ramp);
  }
  return curvatures;
}
