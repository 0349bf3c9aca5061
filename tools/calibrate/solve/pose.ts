import type { Matrix3 } from '../../../src/calibration/ground.js';
import { applyHomography, fitHomography } from '../../../src/calibration/homography.js';

/** Pose of the board: `rotation * point + translation` in the camera's optical frame (x right, y down, z forward), metres. */
export interface Pose {
  rotation: Matrix3;
  /** Metres. */
  translation: readonly [number, number, number];
}

type Vector = [number, number, number];

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const norm = (a: Vector) => Math.hypot(...a);
const scaled = (a: Vector, s: number): Vector => [a[0] * s, a[1] * s, a[2] * s];

/**
 * Computes the pose of a flat board from its points (metres) and their normalised image coordinates (X/Z, Y/Z), by the
 * homography between them (Zhang, "A flexible new technique for camera calibration", 2000, section
 * 3.1). A start for refinement. Undefined if the points do not determine it.
 */
export function poseFromPlane(
  pointsM: ArrayLike<number>,
  seenNorm: ArrayLike<number>,
): Pose | undefined {
  const h = fitHomography(pointsM, seenNorm);
  if (h === undefined) return undefined;
  let first: Vector = [h[0], h[3], h[6]];
  let second: Vector = [h[1], h[4], h[7]];
  let translation: Vector = [h[2], h[5], h[8]];
  const scale = 2 / (norm(first) + norm(second));
  // The board is in front of the camera.
  const [x, y] = applyHomography(h, pointsM[0]!, pointsM[1]!);
  const w = h[6] * pointsM[0]! + h[7] * pointsM[1]! + h[8];
  const sign = w >= 0 ? 1 : -1;
  if (!Number.isFinite(x + y) || !Number.isFinite(scale)) return undefined;
  first = scaled(first, scale * sign);
  second = scaled(second, scale * sign);
  translation = scaled(translation, scale * sign);
  // The nearest orthogonal pair of unit vectors keeps the bisector of both.
  const sum: Vector = [first[0] + second[0], first[1] + second[1], first[2] + second[2]];
  const difference: Vector = [first[0] - second[0], first[1] - second[1], first[2] - second[2]];
  const third = cross(first, second);
  if (norm(third) < 1e-9 || norm(sum) < 1e-9) return undefined;
  const along = scaled(sum, 1 / norm(sum));
  const normal = scaled(third, 1 / norm(third));
  let across = cross(normal, along);
  if (across[0] * difference[0] + across[1] * difference[1] + across[2] * difference[2] < 0)
    across = scaled(across, -1);
  const r1 = [0, 1, 2].map((i) => (along[i]! + across[i]!) * Math.SQRT1_2) as Vector;
  const r2 = [0, 1, 2].map((i) => (along[i]! - across[i]!) * Math.SQRT1_2) as Vector;
  const r3 = cross(r1, r2);
  return {
    rotation: [r1[0], r2[0], r3[0], r1[1], r2[1], r3[1], r1[2], r2[2], r3[2]],
    translation,
  };
}

/** exp([w]) R: a pose rotated by a small rotation vector (Rodrigues' formula) in the camera's frame and shifted. */
export function movePose({ rotation: r, translation: t }: Pose, step: ArrayLike<number>): Pose {
  const w: Vector = [step[0]!, step[1]!, step[2]!];
  const angle = norm(w);
  const s = angle < 1e-8 ? 1 : Math.sin(angle) / angle;
  const c = angle < 1e-8 ? 0.5 : (1 - Math.cos(angle)) / (angle * angle);
  const turn = (p: Vector): Vector => {
    const wp = cross(w, p);
    const wwp = cross(w, wp);
    return [
      p[0] + s * wp[0] + c * wwp[0],
      p[1] + s * wp[1] + c * wwp[1],
      p[2] + s * wp[2] + c * wwp[2],
    ];
  };
  const c1 = turn([r[0], r[3], r[6]]);
  const c2 = turn([r[1], r[4], r[7]]);
  const c3 = cross(c1, c2);
  return {
    rotation: [c1[0], c2[0], c3[0], c1[1], c2[1], c3[1], c1[2], c2[2], c3[2]],
    translation: [t[0] + step[3]!, t[1] + step[4]!, t[2] + step[5]!],
  };
}

/** Angle between the board's normal and the optical axis, radians; 0 if the board faces the camera. */
export const tiltRad = ({ rotation }: Pose): number =>
  Math.acos(Math.min(1, Math.abs(rotation[8])));
