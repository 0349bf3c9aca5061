import type { CameraModel } from './camera-model.js';
import { distort, type Point, radiusLimit, undistort } from './lens.js';

/** How a camera is mounted on the vehicle. Angles by REP-103 about the vehicle's axes (x forward, y left, z up). */
export interface CameraMount {
  /** Height of the optical centre above the ground, metres. */
  heightM: number;
  /** Positive looks down. */
  pitchRad: number;
  /** Positive looks to the left. */
  yawRad?: number;
  /** Positive: the camera's right side is down. */
  rollRad?: number;
}

/** A 3x3 matrix in row order. */
export type Matrix3 = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/**
 * Rotation from the camera's optical frame (x right, y down, z forward) to the ground frame (x forward, y left,
 * z up, its origin on the ground below the camera).
 */
export function groundFromCameraRotation(mount: CameraMount): Matrix3 {
  const cp = Math.cos(mount.pitchRad);
  const sp = Math.sin(mount.pitchRad);
  const cy = Math.cos(mount.yawRad ?? 0);
  const sy = Math.sin(mount.yawRad ?? 0);
  const cr = Math.cos(mount.rollRad ?? 0);
  const sr = Math.sin(mount.rollRad ?? 0);
  // Rz(yaw) * Ry(pitch) * Rx(roll) * [optical axes in a level vehicle frame]; the roll turns only right and down.
  const right = [sy, -cy, 0] as const;
  const down = [-cy * sp, -sy * sp, -cp] as const;
  const turned = (i: 0 | 1 | 2) =>
    [cr * right[i] + sr * down[i], cr * down[i] - sr * right[i]] as const;
  return [...turned(0), cy * cp, ...turned(1), sy * cp, ...turned(2), -sp];
}

/**
 * Homography from normalised undistorted image coordinates (x, y, 1) to homogeneous ground coordinates
 * (x forward, y left, w), metres after division. A point on or above the horizon has w <= 0.
 */
export function groundFromCamera(mount: CameraMount): Matrix3 {
  const r = groundFromCameraRotation(mount);
  const h = mount.heightM;
  // A ray t * R * p from height h meets z = 0 at t = h / -(R p)z.
  return [h * r[0], h * r[1], h * r[2], h * r[3], h * r[4], h * r[5], -r[6], -r[7], -r[8]];
}

/** The point of flat ground, [forward, left] in metres, that a captured pixel shows; undefined at or above the horizon. */
export function groundFromPixel(
  model: CameraModel,
  mount: CameraMount,
  uPx: number,
  vPx: number,
): Point | undefined {
  const ray = undistort(model, uPx, vPx);
  if (ray === undefined) return undefined;
  const m = groundFromCamera(mount);
  const [x, y] = ray;
  const w = m[6] * x + m[7] * y + m[8];
  if (!(w > 1e-9)) return undefined;
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/**
 * The captured pixel that shows a point of flat ground, [forward, left] in metres from below the camera; undefined if
 * the point is not in front of the camera, or so far to the side that the lens model folds back.
 */
export function pixelFromGround(
  model: CameraModel,
  mount: CameraMount,
  forwardM: number,
  leftM: number,
): Point | undefined {
  const r = groundFromCameraRotation(mount);
  const upM = -mount.heightM;
  // The transpose of a rotation is its inverse.
  const x = r[0] * forwardM + r[3] * leftM + r[6] * upM;
  const y = r[1] * forwardM + r[4] * leftM + r[7] * upM;
  const z = r[2] * forwardM + r[5] * leftM + r[8] * upM;
  const isSeen = z > 1e-6 && Math.hypot(x, y) <= radiusLimit(model) * z;
  return isSeen ? distort(model, x / z, y / z) : undefined;
}
