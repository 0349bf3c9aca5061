import type { CameraModel } from '../../calibration/camera-model.js';
import { type CameraMount, groundFromCameraRotation } from '../../calibration/ground.js';
import { type Point, undistort } from '../../calibration/lens.js';
import type { MeasuredMount } from '../../calibration/mount.js';
import { meetSurface, type RoadSurface } from './road-surface.js';
import {
  cutPx,
  footDeviationPx,
  fuseDepths,
  type LogDepth,
  type SizeSight,
} from './usual-heights.js';

/** A point of the road, metres from the point below the camera, and one standard deviation of each number. */
export interface FootPoint {
  forwardM: number;
  leftM: number;
  forwardDeviationM: number;
  leftDeviationM: number;
}

/** Error of a box's horizontal middle, one standard deviation, pixels. */
const middlePx = 1;
/** Roll that the springs add to the measured roll, one standard deviation. */
const bodyDeviationRad = 0.003;
/** Distance between the nearest and the visible part of a thing cut by the picture's side, as a share of its distance. */
const sideCutShare = 0.2;
/** Largest useful deviation of a distance, as a share of it. */
const largestShare = 0.5;

/**
 * The point of the road below the middle of a box's lower edge. `boxXyxyPx`: left, top, right, bottom in pixels of the
 * captured picture, from its top-left corner. `size`: the distance by its height, if that is known. Undefined if the box
 * is cut off at the bottom, or if the deviation is over half of the distance.
 *
 * Deviations are of first order: the lower edge, the mount and the road's shape are assumed independent, and each
 * contributes the change that one standard deviation of it makes.
 */
export function footPointOf(
  boxXyxyPx: ArrayLike<number>,
  camera: CameraModel,
  mount: MeasuredMount,
  road: RoadSurface,
  size?: SizeSight,
): FootPoint | undefined {
  if (boxXyxyPx[3]! >= camera.heightPx - cutPx) return undefined;
  const onRoad = meetRoad(boxXyxyPx, camera, mount, road);
  const found = size === undefined ? onRoad : withSize(onRoad, camera, mount, size);
  if (found === undefined) return undefined;
  const { forwardM, leftM, forwardDeviationM, leftDeviationM } = found;
  const point = { forwardM, leftM, forwardDeviationM, leftDeviationM };
  if (boxXyxyPx[0]! < cutPx || boxXyxyPx[2]! > camera.widthPx - cutPx) {
    const beyondM = sideCutShare * Math.hypot(point.forwardM, point.leftM);
    point.forwardDeviationM = Math.hypot(point.forwardDeviationM, beyondM);
    point.leftDeviationM = Math.hypot(point.leftDeviationM, beyondM);
  }
  const isSure = point.forwardDeviationM <= largestShare * Math.hypot(point.forwardM, point.leftM);
  return isSure ? point : undefined;
}

/** A foot point with the part of its forward deviation that comes from the box's lower edge, metres. */
interface RoadPoint extends FootPoint {
  byFootM: number;
}

/** Where the ray to a box's foot meets the road. */
function meetRoad(
  boxXyxyPx: ArrayLike<number>,
  camera: CameraModel,
  mount: MeasuredMount,
  road: RoadSurface,
): RoadPoint | undefined {
  const [left, top, right, bottom] = [boxXyxyPx[0]!, boxXyxyPx[1]!, boxXyxyPx[2]!, boxXyxyPx[3]!];
  // Pixels count from the corner, intrinsics from the centre of the first pixel.
  const u = (left + right) / 2 - 0.5;
  const v = bottom - 0.5;
  const look = (sits: CameraMount, uPx: number, vPx: number, byDeviations = 0) =>
    roadFromPixel(camera, sits, road, uPx, vPx, byDeviations);
  const at = look(mount, u, v);
  if (at === undefined) return undefined;
  const edgePx = footDeviationPx(bottom - top);
  const { heightM, rollRad, yawRad } = mount;
  const rollStep = Math.hypot(mount.rollDeviationRad, bodyDeviationRad);
  // Each step goes towards the nearer point: the farther one may lie beyond the road's last station.
  const moved = [
    look(mount, u, v + edgePx),
    look(mount, u + middlePx, v),
    look({ ...mount, heightM: heightM - mount.heightDeviationM }, u, v),
    look({ ...mount, rollRad: rollRad + rollStep }, u, v),
    look({ ...mount, yawRad: yawRad + mount.yawDeviationRad }, u, v),
    // The deviation of the pitch is part of the road's.
    look(mount, u, v, 1),
  ];
  let forwardVariance = 0;
  let leftVariance = 0;
  for (const point of moved) {
    // The step leaves the lens or the stations: the deviation is unknown.
    if (point === undefined) return undefined;
    forwardVariance += (point[0] - at[0]) ** 2;
    leftVariance += (point[1] - at[1]) ** 2;
  }
  return {
    forwardM: at[0],
    leftM: at[1],
    forwardDeviationM: Math.sqrt(forwardVariance),
    leftDeviationM: Math.sqrt(leftVariance),
    byFootM: Math.abs(moved[0]![0] - at[0]),
  };
}

/** The point on the ray to the foot by road and size together; by size alone if the ray meets no road. */
function withSize(
  onRoad: RoadPoint | undefined,
  camera: CameraModel,
  mount: MeasuredMount,
  size: SizeSight,
): FootPoint {
  const [x, y] = size.footRay;
  const r = groundFromCameraRotation(mount);
  const forward = r[0] * x + r[1] * y + r[2];
  const left = r[3] * x + r[4] * y + r[5];
  const byRoad: LogDepth | undefined = onRoad && {
    mean: Math.log(onRoad.forwardM / forward),
    deviation: onRoad.forwardDeviationM / onRoad.forwardM,
    byFoot: onRoad.byFootM / onRoad.forwardM,
  };
  const { mean, deviation } = fuseDepths(size, byRoad);
  const depthM = Math.exp(mean);
  const bearingRad = Math.hypot(middlePx / camera.fxPx, mount.yawDeviationRad);
  return {
    forwardM: forward * depthM,
    leftM: left * depthM,
    forwardDeviationM: forward * depthM * deviation,
    leftDeviationM: depthM * Math.hypot(left * deviation, bearingRad),
  };
}

/** Where a captured pixel's ray meets the road: [forward, left], metres. */
function roadFromPixel(
  camera: CameraModel,
  mount: CameraMount,
  road: RoadSurface,
  uPx: number,
  vPx: number,
  byDeviations: number,
): Point | undefined {
  const seen = undistort(camera, uPx, vPx);
  if (seen === undefined) return undefined;
  const r = groundFromCameraRotation(mount);
  const [x, y] = seen;
  const ray = [
    r[0] * x + r[1] * y + r[2],
    r[3] * x + r[4] * y + r[5],
    r[6] * x + r[7] * y + r[8],
  ] as const;
  const length = meetSurface(road, mount.heightM, ray, byDeviations);
  return length === undefined ? undefined : [ray[0] * length, ray[1] * length];
}
