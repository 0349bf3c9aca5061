import { PerceptionError } from '../frame/perception-error.js';
import { type CameraKind, type CameraModel, distortionCounts } from './camera-model.js';
import type { Matrix3 } from './ground.js';
import { largestDistortedRadius } from './lens.js';

/**
 * A calibration as ROS's `sensor_msgs/CameraInfo`, Foxglove's `CameraCalibration` and calibration files carry it.
 * Not checked yet.
 */
export interface CameraCalibrationFields {
  /** Size of the picture that was calibrated, pixels. */
  readonly width: number;
  readonly height: number;
  /** ROS's or another tool's name of the lens model; empty if the number of coefficients decides it. */
  readonly distortionModel: string;
  /** Distortion coefficients in OpenCV's order: 0, 4, 5, 8, 12 or 14. */
  readonly D: readonly number[];
  /** The camera matrix, 9 values row by row, pixels. */
  readonly K: readonly number[];
}

type LensFamily = 'radial' | 'fisheye';

/** Tools' names for the two families of lens models that we support. */
const families: ReadonlyMap<string, LensFamily> = new Map([
  ['', 'radial'],
  ['plumb_bob', 'radial'],
  ['rational_polynomial', 'radial'],
  // Kalibr's name: k1 k2 p1 p2.
  ['radtan', 'radial'],
  ['equidistant', 'fisheye'],
  // OpenCV's name, Foxglove's, and Kalibr's short one: the same four coefficients.
  ['fisheye', 'fisheye'],
  ['kannala_brandt', 'fisheye'],
  ['equi', 'fisheye'],
]);

const largestEdgePx = 65536;
/** Focal lengths as shares of the longer edge: no fisheye is below, no telephoto lens of a vehicle above. */
const focalShares = { least: 0.05, most: 100 };
/** Largest plausible ratio of a pixel's width to its height, or the reverse. */
const largestPixelAspect = 5;
/** Range of the principal point, as shares of the edge: it may be outside a cropped picture. */
const centreShares = { least: -1, most: 2 };
/** Share of half the shorter edge within which the lens must be one-to-one to belong to this picture. */
const leastShownShare = 0.5;

/**
 * Checks a camera's calibration from any source and returns its camera model. Throws ERR_CALIBRATION if it cannot be one
 * (a camera that was never calibrated, values that are not finite, shares instead of pixels, a lens that folds back
 * within the picture). `where` begins the message.
 *
 * Read as ROS and OpenCV read it: skew is ignored (OpenCV's undistortion does not use it), all-zero distortion is a
 * pinhole unless the model is a fisheye, 4 coefficients have k3 = 0, and a plumb_bob of 8 is rational if one of k4 to k6
 * is not 0. Of 12 and 14 coefficients, those of thin prisms and tilted sensors must be 0.
 */
export function checkCameraCalibration(
  calibration: CameraCalibrationFields,
  where = 'calibration',
): CameraModel {
  const fail = (problem: string): never => {
    throw new PerceptionError('ERR_CALIBRATION', `${where}: ${problem}`);
  };
  const { width: widthPx, height: heightPx, K, D } = calibration;
  // In ROS, K[0] = 0 means that the camera is not calibrated.
  if (K.length === 0 || K[0] === 0)
    fail('expected a calibrated camera, found a camera matrix that begins with 0');
  const isEdge = (px: number) => Number.isInteger(px) && px >= 1 && px <= largestEdgePx;
  if (!(isEdge(widthPx) && isEdge(heightPx)))
    fail(`expected a picture of 1 to ${largestEdgePx} pixels a side, found ${widthPx}x${heightPx}`);
  if (K.length !== 9 || !K.every(Number.isFinite))
    fail(`camera_matrix: expected 9 finite numbers, found [${K.join(', ')}]`);
  const [fxPx, , cxPx, zero1, fyPx, cyPx, zero2, zero3, one] = K as unknown as Matrix3;
  if (zero1 !== 0 || zero2 !== 0 || zero3 !== 0 || one !== 1)
    fail(`camera_matrix: expected [fx, 0, cx, 0, fy, cy, 0, 0, 1], found [${K.join(', ')}]`);
  if (!(fxPx > 0 && fyPx > 0))
    fail(`camera_matrix: expected focal lengths above 0 px, found ${fxPx} and ${fyPx}`);
  const longestPx = Math.max(widthPx, heightPx);
  const leastPx = focalShares.least * longestPx;
  const mostPx = focalShares.most * longestPx;
  if (Math.min(fxPx, fyPx) < leastPx || Math.max(fxPx, fyPx) > mostPx)
    fail(
      `camera_matrix: expected focal lengths of ${leastPx} to ${mostPx} px for ${widthPx}x${heightPx}, found ${fxPx} and ${fyPx}`,
    );
  if (Math.max(fxPx / fyPx, fyPx / fxPx) > largestPixelAspect)
    fail(
      `camera_matrix: expected focal lengths within ${largestPixelAspect} times of each other, found ${fxPx} and ${fyPx} px`,
    );
  const isNear = (px: number, edgePx: number) =>
    px >= centreShares.least * edgePx && px <= centreShares.most * edgePx;
  if (!(isNear(cxPx, widthPx) && isNear(cyPx, heightPx)))
    fail(
      `camera_matrix: expected a principal point near ${widthPx}x${heightPx}, found ${cxPx}, ${cyPx} px`,
    );
  const size = { widthPx, heightPx, fxPx, fyPx, cxPx, cyPx };
  const model: CameraModel = { ...size, ...lensOf(calibration.distortionModel, D, fail) };
  const shownPx = largestDistortedRadius(model) * Math.min(fxPx, fyPx);
  const neededPx = (leastShownShare * Math.min(widthPx, heightPx)) / 2;
  if (!(shownPx >= neededPx))
    fail(
      `distortion_coefficients: expected a lens that is one-to-one within ${neededPx} px of its axis, found one that folds back at ${shownPx.toFixed(1)} px: [${D.join(', ')}]`,
    );
  return model;
}

/** Lens model and coefficients, by the family's name and the number of coefficients. */
function lensOf(
  name: string,
  coefficients: readonly number[],
  fail: (problem: string) => never,
): { kind: CameraKind; distortion: readonly number[] } {
  const family = families.get(name);
  if (family === undefined) {
    const known = [...families.keys()].filter(Boolean).join(', ');
    return fail(`distortion_model: expected one of ${known}, found "${name}"`);
  }
  if (!coefficients.every(Number.isFinite))
    return fail(
      `distortion_coefficients: expected finite numbers, found [${coefficients.join(', ')}]`,
    );
  const count = coefficients.length;
  if (family === 'fisheye') {
    if (count === distortionCounts.equidistant)
      return { kind: 'equidistant', distortion: coefficients };
    return fail(`distortion_coefficients: expected 4 for ${name}, found ${count}`);
  }
  if (![0, 4, 5, 8, 12, 14].includes(count))
    return fail(
      `distortion_coefficients: expected 4, 5, 8, 12 or 14 for ${name || 'no model'}, found ${count}`,
    );
  if (coefficients.slice(8).some((value) => value !== 0))
    return fail(
      'distortion_coefficients: expected 0 for thin prism and tilted sensor (from the 9th on), ' +
        `found [${coefficients.slice(8).join(', ')}]`,
    );
  if (coefficients.every((value) => value === 0)) return { kind: 'pinhole', distortion: [] };
  const isRational = coefficients.slice(5).some((value) => value !== 0);
  const kind =
    isRational || (name === 'rational_polynomial' && count >= 8)
      ? 'rational_polynomial'
      : 'plumb_bob';
  const distortion = Array.from({ length: distortionCounts[kind] }, (_, i) => coefficients[i] ?? 0);
  return { kind, distortion };
}
