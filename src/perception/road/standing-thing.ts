import type { Matrix3 } from '../../calibration/ground.js';
import { type RoadCourse, stationCount, stationsM } from './road-shape.js';
import type { SizeSight } from './usual-heights.js';

/** Height of things above or below the road (kerbs, verges), one standard deviation, metres. */
const standM = 0.1;

/** What a thing of a usual height tells about the road. */
export interface StandingThing {
  /** Height of its foot above the road as currently estimated, metres, and the variance of that. */
  awayM: number;
  variance: number;
  /** Distance along the road, metres, and the first station that is farther. */
  sM: number;
  after: number;
}

/**
 * Where a thing stands if it is as tall as the likeliest of its kinds: the point at that depth on the ray to its foot.
 * Undefined before and beyond the stations. `rotation` turns camera axes into ground axes; the camera is `heightM` high.
 */
export function standingThing(
  { kinds, footRay, logDepth, edgeDeviation, footDeviationPx }: SizeSight,
  road: { course: RoadCourse; rotation: Matrix3; heightM: number; fyPx: number },
): StandingThing | undefined {
  const { course, rotation: r, heightM, fyPx } = road;
  const [rayX, rayY] = footRay;
  const forward = r[0] * rayX + r[1] * rayY + r[2];
  const left = r[3] * rayX + r[4] * rayY + r[5];
  const up = r[6] * rayX + r[7] * rayY + r[8];
  let leastUnlike = Number.POSITIVE_INFINITY;
  let likeliest: StandingThing | undefined;
  for (const kind of kinds) {
    const depthM = kind.heightM * Math.exp(logDepth);
    const at = placeOn(course, forward * depthM, left * depthM);
    if (at === undefined) continue;
    const awayM = heightM + up * depthM - at.zM;
    const ofDepthM = (at.slope - up) * depthM * Math.hypot(kind.deviation, edgeDeviation);
    const ofFootM = (depthM * footDeviationPx) / fyPx;
    const variance = ofDepthM ** 2 + ofFootM ** 2 + standM ** 2;
    const unlike = awayM ** 2 / variance + Math.log(variance) - 2 * Math.log(kind.share);
    if (unlike >= leastUnlike) continue;
    leastUnlike = unlike;
    likeliest = { awayM, variance, sM: at.sM, after: at.after };
  }
  return likeliest;
}

/** Distance along the road, height and slope of the road at a place next to it; undefined before and beyond the stations. */
function placeOn(course: RoadCourse, xM: number, yM: number) {
  let [aheadBefore, after] = [0, 0];
  for (; after < stationCount; after++) {
    const heading = course.headingRad[after]!;
    const ahead =
      (xM - course.xM[after]!) * Math.cos(heading) + (yM - course.yM[after]!) * Math.sin(heading);
    if (ahead <= 0) break;
    aheadBefore = ahead;
  }
  if (after === 0 || after === stationCount) return undefined;
  const before = after - 1;
  const stepM = stationsM[after]! - stationsM[before]!;
  const slope = (course.zM[after]! - course.zM[before]!) / stepM;
  const beyondM = Math.min(aheadBefore, stepM);
  const zM = course.zM[before]! + slope * beyondM;
  return { sM: stationsM[before]! + beyondM, zM, slope, after };
}
