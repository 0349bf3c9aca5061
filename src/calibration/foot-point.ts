import type { CameraModel } from './camera-model.js';
import { groundFromPixel } from './ground.js';
import type { MeasuredMount } from './mount.js';

/** A point of a flat road, metres from the point below the camera, and one standard deviation of each number. */
export interface FootPoint {
  forwardM: number;
  leftM: number;
  forwardDeviationM: number;
  leftDeviationM: number;
}

/** How far off a box's lower edge is, one standard deviation: a part that every box has, and a share of its height. */
const edgeDeviation = { px: 1, heightShare: 0.03 };
/** What springs and slopes add to the pitch and the roll that were measured, one standard deviation. */
const bodyDeviationRad = 0.003;
/** Of the road's curvature up and down (1 / 2000 m), one standard deviation: over a crest a thing seems farther. */
const roadCurvaturePerM = 0.0005;
/** A distance less certain than this share of it says nothing. */
const largestShare = 0.5;
/** A box that ends so near to the picture's lower edge goes on below it. */
const cutPx = 2;

/**
 * Where the middle of a box's lower edge stands on a flat road. `boxXyxyPx`: left, top, right, bottom in pixels of the
 * captured picture, from its top-left corner. Undefined where the box is cut off at the bottom, ends at or above the
 * horizon, or is so near to it that the deviation is over half of the distance.
 *
 * Deviations are of first order: the lower edge, mount and the road's shape are taken as independent, and each one's
 * part is the difference that one standard deviation makes.
 */
export function footPointOf(
  boxXyxyPx: ArrayLike<number>,
  camera: CameraModel,
  mount: MeasuredMount,
): FootPoint | undefined {
  const [left, top, right, bottom] = [boxXyxyPx[0]!, boxXyxyPx[1]!, boxXyxyPx[2]!, boxXyxyPx[3]!];
  if (bottom >= camera.heightPx - cutPx) return undefined;
  // Pixels count from the corner, intrinsics from the centre of the first pixel.
  const u = (left + right) / 2 - 0.5;
  const v = bottom - 0.5;
  const at = groundFromPixel(camera, mount, u, v);
  if (at === undefined) return undefined;
  const edgePx = Math.hypot(edgeDeviation.px, edgeDeviation.heightShare * (bottom - top));
  const { heightM, pitchRad, rollRad, yawRad } = mount;
  const pitchStep = Math.hypot(mount.pitchDeviationRad, bodyDeviationRad);
  const rollStep = Math.hypot(mount.rollDeviationRad, bodyDeviationRad);
  // Each step goes towards the nearer point: the farther one may lie beyond the horizon.
  const moved = [
    groundFromPixel(camera, mount, u, v + edgePx),
    groundFromPixel(camera, mount, u + edgePx, v),
    groundFromPixel(camera, { ...mount, heightM: heightM + mount.heightDeviationM }, u, v),
    groundFromPixel(camera, { ...mount, pitchRad: pitchRad + pitchStep }, u, v),
    groundFromPixel(camera, { ...mount, rollRad: rollRad + rollStep }, u, v),
    groundFromPixel(camera, { ...mount, yawRad: yawRad + mount.yawDeviationRad }, u, v),
  ];
  // A thing that stands lower or higher than the plane by d^2 / 2R seems farther or nearer by d / height times that.
  const riseShare = (roadCurvaturePerM * (at[0] ** 2 + at[1] ** 2)) / 2 / heightM;
  let forwardVariance = (at[0] * riseShare) ** 2;
  let leftVariance = (at[1] * riseShare) ** 2;
  for (const point of moved) {
    // A step off the picture's lens: the point itself was no surer.
    if (point === undefined) return undefined;
    forwardVariance += (point[0] - at[0]) ** 2;
    leftVariance += (point[1] - at[1]) ** 2;
  }
  const forwardDeviationM = Math.sqrt(forwardVariance);
  if (!(forwardDeviationM <= largestShare * Math.hypot(at[0], at[1]))) return undefined;
  return {
    forwardM: at[0],
    leftM: at[1],
    forwardDeviationM,
    leftDeviationM: Math.sqrt(leftVariance),
  };
}
