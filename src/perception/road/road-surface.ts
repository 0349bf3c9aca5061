import { stationsM } from './road-shape.js';

/**
 * The road ahead: a line in the ground frame (x forward, y left, z up, metres, from the point of the road below the camera),
 * level across. Its stations stand the nearest first.
 */
export interface RoadSurface {
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  readonly zM: Float64Array;
  /** Of the line, to the left of straight ahead. */
  readonly headingRad: Float64Array;
  /** One standard deviation of `zM`. */
  readonly zDeviationM: Float64Array;
}

/**
 * How far along a ray, in its lengths, it first meets the surface; undefined where that is beyond the last station. The ray
 * (forward, left, up) begins `heightM` above the road. `byDeviations`: the surface is so many of its deviations higher.
 */
export function meetSurface(
  { xM, yM, zM, headingRad, zDeviationM }: RoadSurface,
  heightM: number,
  [forward, left, up]: readonly [number, number, number],
  byDeviations = 0,
): number | undefined {
  let [lengthBefore, gapBefore] = [0, heightM];
  for (let i = 0; i < xM.length; i++) {
    // What lies beside the road is as high as the road at the same station.
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

/** What springs add to the pitch that was measured, one standard deviation. */
export const springsRad = 0.003;
/** Of a flat road's curvature up and down (1 / 2000 m), one standard deviation. */
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
