import { countCoverage, coverageShare } from '../../src/calibration/board-coverage.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { median } from '../../src/frame/median.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { type Board, type Sighting, viewOf } from './board/board.js';
import type { CalibrationEngine } from './engine/calibration-engine.js';
import {
  type Fit,
  residualsPx,
  standardDeviations,
  type View,
  viewErrorsPx,
} from './solve/bundle-adjust.js';
import { chooseLens, type LensTrial, lensKinds } from './solve/choose-lens.js';
import { foldProblem, unseenBorderShare } from './solve/fold.js';
import { worstOutlier } from './solve/outliers.js';
import { type Pose, tiltRad } from './solve/pose.js';
import type { LensKind } from './solve/projection.js';
import { rmsPx, solveCamera } from './solve/solve-camera.js';
import { modelOf } from './solve/start-camera.js';

/** A picture in which the board was found. */
export interface BoardPicture {
  name: string;
  sighting: Sighting;
}

/** A picture that was not used, and why. */
export interface SkippedPicture {
  name: string;
  reason: string;
}

export interface UsedPicture extends BoardPicture {
  /** Root mean square error of its points, pixels. */
  rmsPx: number;
  pose: Pose;
  /** Seen minus expected, pixels, [du0, dv0, ...]. */
  residualsPx: Float64Array;
}

export interface CameraCalibrationResult {
  model: CameraModel & { kind: LensKind };
  /** Root mean square error over all points used, pixels. */
  rmsPx: number;
  /** One standard deviation of fx, fy, cx, cy and each distortion coefficient, in their own units. */
  standardDeviations: Float64Array;
  trials: LensTrial[];
  used: UsedPicture[];
  skipped: SkippedPicture[];
  /** Number of points per cell of the picture (`coverageCells`), row-major. */
  coverage: Uint32Array;
  coverageShare: number;
  warnings: string[];
  engine: string;
}

/** With fewer pictures the lens cannot be separated from the boards' poses. */
const leastPictures = 4;
/** Least difference of the boards' normals, degrees: with less, the focal length is undetermined. */
const leastTiltSpreadDeg = 10;
/** Largest standard deviation: of a focal length as a share of it, of the principal point as a share of the width. */
const worstShare = 0.02;
/** Below this share of covered cells the report warns. */
export const goodCoverage = 0.6;

/**
 * Calibrates a camera from pictures of a board: chooses the lens model (or takes `kind`), skips outlying pictures by
 * name, and refuses a camera that the pictures do not determine. Throws ERR_CALIBRATION with the reason.
 */
export function calibrateCamera(
  board: Board,
  size: { widthPx: number; heightPx: number },
  pictures: readonly BoardPicture[],
  engine: CalibrationEngine,
  kind?: LensKind,
): CameraCalibrationResult {
  const skipped: SkippedPicture[] = [];
  let kept = [...pictures];
  for (;;) {
    if (kept.length < leastPictures)
      refuse(
        `expected at least ${leastPictures} pictures with the whole board, found ${kept.length}`,
      );
    const views = kept.map(({ sighting }) => viewOf(board, sighting));
    // Fifteen or more fits: our own solver takes a fifth of the time of OpenCV's and gives the same cameras.
    const solve = (lens: LensKind, some: readonly View[]) => solveCamera(lens, some, size);
    const { chosen, trials } = chooseLens(
      views,
      size,
      solve,
      kind === undefined ? lensKinds : [kind],
    );
    const fit = chosen && engine.solve(chosen, views, size);
    if (fit === undefined) refuse(noLens(trials));
    const errors = viewErrorsPx(fit, views);
    const outlier = worstOutlier(errors);
    if (outlier === undefined)
      return finish(size, kept, views, fit, { errors, trials, skipped, engine });
    const [left] = kept.splice(outlier, 1);
    skipped.push({
      name: left!.name,
      reason: `outlier: its error of ${errors[outlier]!.toFixed(2)} px stands out from the others' median of ${median(errors).toFixed(2)} px`,
    });
    kept = [...kept];
  }
}

function finish(
  size: { widthPx: number; heightPx: number },
  kept: readonly BoardPicture[],
  views: readonly View[],
  fit: Fit,
  rest: {
    errors: number[];
    trials: LensTrial[];
    skipped: SkippedPicture[];
    engine: CalibrationEngine;
  },
): CameraCalibrationResult {
  const model = modelOf(fit.kind, fit.parameters, size);
  const fold = foldProblem(model, views);
  if (fold !== undefined) refuse(fold);
  const deviations = checkDetermined(fit, views, size);
  const coverage = countCoverage(views, size);
  const share = coverageShare(coverage);
  const warnings: string[] = [];
  if (share < goodCoverage)
    warnings.push(
      `the boards cover ${(share * 100).toFixed(0)} % of the picture: towards the rest, the lens is guessed`,
    );
  const unseen = unseenBorderShare(model);
  if (unseen > 0)
    warnings.push(
      `the lens model ends before ${(unseen * 100).toFixed(0)} % of the picture's border: no board was seen there`,
    );
  return {
    model: model as CameraCalibrationResult['model'],
    rmsPx: rmsPx(fit, views),
    standardDeviations: deviations,
    trials: rest.trials,
    used: kept.map((picture, i) => ({
      ...picture,
      rmsPx: rest.errors[i]!,
      pose: fit.poses[i]!,
      residualsPx: residualsPx(fit, views[i]!, fit.poses[i]!)!,
    })),
    skipped: rest.skipped,
    coverage,
    coverageShare: share,
    warnings,
    engine: rest.engine.name,
  };
}

/** Returns the standard deviations of the parameters; throws if the pictures do not determine them. */
function checkDetermined(
  fit: Fit,
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
): Float64Array {
  const spread = tiltSpreadDeg(fit.poses);
  if (spread < leastTiltSpreadDeg)
    refuse(
      `the pictures show the board from one angle (tilts differ by ${spread.toFixed(1)}°, expected ${leastTiltSpreadDeg}° or more): they do not determine the focal length; tilt the board to all sides`,
    );
  const deviations = standardDeviations(fit, views);
  if (deviations === undefined)
    refuse('the pictures do not determine the camera: show the board in more places and tilts');
  const [fx, fy, cx, cy] = deviations as unknown as [number, number, number, number];
  const focal = Math.max(fx / fit.parameters[0]!, fy / fit.parameters[1]!);
  const centre = Math.max(cx, cy) / size.widthPx;
  if (focal > worstShare || centre > worstShare)
    refuse(
      `the pictures do not determine the camera: one standard deviation is ${(focal * 100).toFixed(1)} % of the focal length and ${Math.max(cx, cy).toFixed(0)} px of the principal point; show the board nearer, in more places and tilts`,
    );
  return deviations;
}

/** Largest angle between two boards' normals, degrees. */
export function tiltSpreadDeg(poses: readonly Pose[]): number {
  let least = 1;
  for (const { rotation: a } of poses)
    for (const { rotation: b } of poses)
      least = Math.min(least, a[2] * b[2] + a[5] * b[5] + a[8] * b[8]);
  return (Math.acos(Math.max(least, -1)) * 180) / Math.PI;
}

/** Tilt of a used picture's board against the picture plane, degrees. */
export const tiltDeg = (picture: UsedPicture): number => (tiltRad(picture.pose) * 180) / Math.PI;

function noLens(trials: readonly LensTrial[]): string {
  const reasons = trials.map(({ kind, problem }) => `${kind}: ${problem}`).join('; ');
  return `no lens model fits the pictures (${reasons})`;
}

function refuse(problem: string): never {
  throw new PerceptionError('ERR_CALIBRATION', problem);
}
