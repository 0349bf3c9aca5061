import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { fitHomography } from '../../../src/calibration/homography.js';
import { undistort } from '../../../src/calibration/lens.js';
import type { View } from './bundle-adjust.js';
import { type Pose, poseFromPlane } from './pose.js';
import { type LensKind, parameterCount } from './projection.js';

interface Size {
  widthPx: number;
  heightPx: number;
}

/**
 * Focal lengths to start from, pixels: the one that makes the axes of each board's homography orthogonal and of equal
 * length (Zhang 2000, section 3.1, with the principal point in the middle of the picture and square pixels), and
 * some fixed guesses, because wide lenses distort the homographies.
 */
export function focalGuesses(views: readonly View[], size: Size): number[] {
  const { widthPx, heightPx } = size;
  const long = Math.max(widthPx, heightPx);
  const guesses = [long / Math.PI, long * 0.8];
  const fromViews = focalFromHomographies(views, size);
  if (fromViews !== undefined && fromViews > long * 0.1 && fromViews < long * 20)
    guesses.unshift(fromViews);
  return guesses;
}

function focalFromHomographies(views: readonly View[], size: Size): number | undefined {
  // Each homography gives two equations a * (1/f^2) = b.
  let [aa, ab] = [0, 0];
  for (const { pointsM, pointsPx } of views) {
    const centred = Float64Array.from(
      pointsPx,
      (value, i) => value - (i % 2 === 0 ? (size.widthPx - 1) / 2 : (size.heightPx - 1) / 2),
    );
    const h = fitHomography(pointsM, centred);
    if (h === undefined) continue;
    const scale = 1 / Math.hypot(h[0], h[3], h[6], h[1], h[4], h[7]);
    const [a1, a2, a3] = [h[0] * scale, h[3] * scale, h[6] * scale];
    const [b1, b2, b3] = [h[1] * scale, h[4] * scale, h[7] * scale];
    for (const [a, b] of [
      [a1 * b1 + a2 * b2, -a3 * b3],
      [a1 * a1 + a2 * a2 - b1 * b1 - b2 * b2, b3 * b3 - a3 * a3],
    ] as const) {
      aa += a * a;
      ab += a * b;
    }
  }
  const inverseSquare = ab / aa;
  return inverseSquare > 0 ? Math.sqrt(1 / inverseSquare) : undefined;
}

/** Parameters of a camera without distortion: one focal length, the principal point in the middle. */
export function plainParameters(kind: LensKind, focalPx: number, size: Size): Float64Array {
  const parameters = new Float64Array(parameterCount(kind));
  parameters.set([focalPx, focalPx, (size.widthPx - 1) / 2, (size.heightPx - 1) / 2]);
  return parameters;
}

/** Makes a camera model from parameters and a picture size. */
export function modelOf(kind: LensKind, parameters: Float64Array, size: Size): CameraModel {
  const [fxPx, fyPx, cxPx, cyPx, ...distortion] = parameters as unknown as [
    number,
    number,
    number,
    number,
    ...number[],
  ];
  const { widthPx, heightPx } = size;
  return { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, distortion };
}

/** Poses of the boards for a camera, from the undistorted points; undefined if one of them cannot be computed. */
export function startPoses(model: CameraModel, views: readonly View[]): Pose[] | undefined {
  const poses: Pose[] = [];
  for (const { pointsM, pointsPx } of views) {
    const kept: number[] = [];
    const seen: number[] = [];
    for (let i = 0; i < pointsPx.length; i += 2) {
      const ray = undistort(model, pointsPx[i]!, pointsPx[i + 1]!);
      if (ray === undefined) continue;
      kept.push(pointsM[i]!, pointsM[i + 1]!);
      seen.push(...ray);
    }
    const pose = kept.length >= 8 ? poseFromPlane(kept, seen) : undefined;
    if (pose === undefined) return undefined;
    poses.push(pose);
  }
  return poses;
}
