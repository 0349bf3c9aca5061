import {
  knotCount,
  liftedAt,
  place,
  type RoadCourse,
  stateCount,
  stationsM,
} from './road-shape.js';

/**
 * The road ahead: a line in the ground frame (x forward, y left, z up, metres, from the point of the road below the camera),
 * level across. Its stations are ordered nearest first.
 */
export interface RoadSurface {
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  readonly zM: Float64Array;
  /** Heading of the line, to the left of straight ahead. */
  readonly headingRad: Float64Array;
  /** One standard deviation of `zM`. */
  readonly zDeviationM: Float64Array;
}

/**
 * How far along a ray, in multiples of its length, it first meets the surface; undefined beyond the last station. The ray
 * (forward, left, up) begins `heightM` above the road. `byDeviations` raises the surface by that many of its deviations.
 */
export function meetSurface(
  { xM, yM, zM, headingRad, zDeviationM }: RoadSurface,
  heightM: number,
  [forward, left, up]: readonly [number, number, number],
  byDeviations = 0,
): number | undefined {
  let [lengthBefore, gapBefore] = [0, heightM];
  for (let i = 0; i < xM.length; i++) {
    // The ground next to the road is assumed as high as the road at the same station.
    const [cos, sin] = [Math.cos(headingRad[i]!), Math.sin(headingRad[i]!)];
    const along = forward * cos + left * sin;
    if (!(along > 1e-6)) return undefined;
    const length = (xM[i]! * cos + yM[i]! * sin) / along;
    const gap = heightM + up * length - zM[i]! - byDeviations * zDeviationM[i]!;
    if (gap <= 0) return lengthBefore + (gapBefore / (gapBefore - gap)) * (length - lengthBefore);
    [lengthBefore, gapBefore] = [length, gap];
  }
  return undefined;
}

/** Pitch that the springs add to the measured pitch, one standard deviation. */
export const springsRad = 0.003;
/** Vertical curvature of a flat road (1 / 2000 m), one standard deviation. */
const flatCurvaturePerM = 0.0005;

/** The plane through the mount, with the deviations of a road that is nearly flat. */
export function flatRoad(pitchDeviationRad: number): RoadSurface {
  const slopeDeviationRad = Math.hypot(springsRad, pitchDeviationRad);
  const nothing = new Float64Array(stationsM.length);
  return {
    xM: Float64Array.from(stationsM),
    yM: nothing,
    zM: nothing,
    headingRad: nothing,
    zDeviationM: Float64Array.from(stationsM, (sM) =>
      Math.hypot(slopeDeviationRad * sM, (flatCurvaturePerM * sM * sM) / 2),
    ),
  };
}

/** Observations are not independent of each other: the fit's deviations are multiplied by this. */
const inflation = 3;

/** A fitted road as a surface with its own arrays. `covariance` is the fit's, `unseen` that of the prior. */
export function surfaceOf(
  { xM, yM, zM, headingRad }: RoadCourse,
  covariance: Float64Array,
  unseen: Float64Array,
): RoadSurface {
  const by = new Float64Array(1 + knotCount);
  const at = (i: number) => (i === 0 ? place.slopeRad : place.rises + i - 1);
  const zDeviationM = Float64Array.from(stationsM, (sM, station) => {
    by[0] = sM;
    for (let knot = 0; knot < knotCount; knot++) by[1 + knot] = liftedAt(knot, station);
    let [fitted, before] = [0, 0];
    for (let i = 0; i <= knotCount; i++)
      for (let j = 0; j <= knotCount; j++) {
        const cell = at(i) * stateCount + at(j);
        fitted += by[i]! * by[j]! * covariance[cell]!;
        before += by[i]! * by[j]! * unseen[cell]!;
      }
    // Never less sure than the prior.
    return Math.sqrt(Math.min(inflation ** 2 * fitted, before));
  });
  return {
    ...{ xM: xM.slice(), yM: yM.slice(), zM: zM.slice(), headingRad: headingRad.slice() },
    zDeviationM,
  };
}
