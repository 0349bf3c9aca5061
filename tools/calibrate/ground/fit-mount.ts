import type { CameraModel } from '../../../src/calibration/camera-model.js';
import {
  choleskyFactor,
  choleskySolve,
  invertPositive,
} from '../../../src/calibration/dense-matrix.js';
import { pixelFromGround } from '../../../src/calibration/ground.js';
import { undistort } from '../../../src/calibration/lens.js';
import type { MeasuredMount } from '../../../src/calibration/mount.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { poseFromPlane } from '../solve/pose.js';

/** A point on a flat road, and where the camera sees it. */
export interface KnownPoint {
  /** Pixels of the captured picture; the centre of the top-left pixel is (0, 0). */
  uPx: number;
  vPx: number;
  /** Metres ahead and to the left of the vehicle, from any fixed point on it. */
  forwardM: number;
  leftM: number;
}

export interface FittedMount {
  mount: MeasuredMount;
  /** Camera position in the frame in which the points were measured, metres. */
  cameraForwardM: number;
  cameraLeftM: number;
  /** Root mean square distance between observed and expected points, pixels. */
  rmsPx: number;
}

/** Least standard deviation of a point picked by hand, however small the residuals of four points are. */
const leastDeviationPx = 0.5;
/** A larger error means that a point was mistaken for another. */
const largestRmsShare = 0.01;
const largestPitchRad = 1.2;

/**
 * Fits the mount to four or more points on the road: pose by homography, then least squares of the distances in the
 * picture over height, pitch, roll, yaw and the camera's position. Deviations follow from the residuals. Throws
 * ERR_CALIBRATION if the points do not determine the mount or contradict each other.
 */
export function fitMount(points: readonly KnownPoint[], camera: CameraModel): FittedMount {
  const fail = (problem: string): never => {
    throw new PerceptionError('ERR_CALIBRATION', `points of the road: ${problem}`);
  };
  if (points.length < 4) fail(`expected four or more, found ${points.length}`);
  const rays = points.map(({ uPx, vPx }) => {
    const ray = undistort(camera, uPx, vPx);
    return ray ?? fail(`(${uPx}, ${vPx}) px is nothing that this lens shows`);
  });
  const pose = poseFromPlane(
    points.flatMap(({ forwardM, leftM }) => [forwardM, leftM]),
    rays.flat(),
  );
  if (pose === undefined) return fail('expected four of which no three are on a line, found fewer');
  const { rotation: r, translation: t } = pose;
  // The camera's position is -R't, its axes on the ground the rows of R.
  const place = [0, 1, 2].map((i) => -(r[i]! * t[0] + r[3 + i]! * t[1] + r[6 + i]! * t[2]));
  if (!(place[2]! > 0))
    fail('expected a camera above the road, found it below: are left and right exchanged?');
  const start = [
    place[2]!,
    Math.asin(Math.max(-1, Math.min(1, -r[8]))),
    Math.atan2(-r[2], -r[5]),
    Math.atan2(r[7], r[6]),
    place[0]!,
    place[1]!,
  ];
  const residualsOf = (state: readonly number[]) =>
    points.flatMap(({ uPx, vPx, forwardM, leftM }) => {
      const seen = pixelFromGround(camera, mountOf(state), forwardM - state[4]!, leftM - state[5]!);
      return seen === undefined ? [1e4, 1e4] : [seen[0] - uPx, seen[1] - vPx];
    });
  const { state, squares, covariance } = leastSquares(start, residualsOf);
  const rmsPx = Math.sqrt(squares / points.length);
  if (!(rmsPx <= largestRmsShare * camera.widthPx))
    fail(
      `expected points of one flat road, found them ${rmsPx.toFixed(1)} px off: is one mistaken for another?`,
    );
  const mount = mountOf(state);
  if (!(Math.abs(mount.pitchRad) < largestPitchRad))
    fail(`expected a camera that looks ahead, found a pitch of ${degrees(mount.pitchRad)}°`);
  const variance = Math.max(squares / Math.max(1, 2 * points.length - 6), leastDeviationPx ** 2);
  const deviation = (i: number) =>
    covariance === undefined
      ? fail('they do not determine the mount')
      : Math.sqrt(variance * covariance[7 * i]!);
  return {
    mount: {
      ...mount,
      heightDeviationM: deviation(0),
      pitchDeviationRad: deviation(1),
      rollDeviationRad: deviation(2),
      yawDeviationRad: deviation(3),
    },
    cameraForwardM: state[4]!,
    cameraLeftM: state[5]!,
    rmsPx,
  };
}

const degrees = (rad: number) => ((rad * 180) / Math.PI).toFixed(1);
const mountOf = ([heightM = 0, pitchRad = 0, rollRad = 0, yawRad = 0]: readonly number[]) => ({
  heightM,
  pitchRad,
  rollRad,
  yawRad,
});

/** Levenberg-Marquardt with central differences; the covariance is for residuals of unit variance. */
function leastSquares(
  start: readonly number[],
  residualsOf: (state: readonly number[]) => number[],
) {
  const n = start.length;
  const step = 1e-6;
  let state = [...start];
  let residuals = residualsOf(state);
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one * one, 0);
  const normalAt = (place: readonly number[], left: readonly number[]) => {
    const columns = place.map((_, i) => {
      const at = (by: number) =>
        residualsOf(place.map((value, k) => (k === i ? value + by : value)));
      const [more, less] = [at(step), at(-step)];
      return more.map((value, k) => (value - less[k]!) / (2 * step));
    });
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((total, value, k) => total + value * b[k]!, 0);
    const normal = Float64Array.from({ length: n * n }, (_, i) =>
      dot(columns[Math.floor(i / n)]!, columns[i % n]!),
    );
    return { normal, gradient: columns.map((column) => dot(column, left)) };
  };
  let damping = 1e-3;
  for (let turn = 0; turn < 60; turn++) {
    const { normal, gradient } = normalAt(state, residuals);
    const damped = Float64Array.from(normal);
    for (let i = 0; i < n; i++) damped[i * n + i]! *= 1 + damping;
    const factor = choleskyFactor(damped, n);
    if (factor === undefined) break;
    const move = choleskySolve(factor, n, Float64Array.from(gradient));
    const next = state.map((value, i) => value - move[i]!);
    const left = residualsOf(next);
    if (sum(left) < sum(residuals)) {
      const isDone = sum(residuals) - sum(left) < 1e-14 * (1 + sum(residuals));
      state = next;
      residuals = left;
      damping /= 5;
      if (isDone) break;
    } else {
      damping *= 5;
      if (damping > 1e8) break;
    }
  }
  const { normal } = normalAt(state, residuals);
  return { state, squares: sum(residuals), covariance: invertPositive(normal, n) };
}
