import {
  choleskyFactor,
  choleskySolve,
  invertPositive,
} from '../../../src/calibration/dense-matrix.js';
import { movePose, type Pose } from './pose.js';
import { type LensKind, newProjected, projectPoint } from './projection.js';

/** One picture of the board: points on the board in metres and in the picture in pixels, as [x0, y0, ...]. */
export interface View {
  pointsM: Float64Array;
  pointsPx: Float64Array;
}

/** A state of the solver: the camera's parameters (fx, fy, cx, cy, distortion) and the board's pose in each view. */
export interface Fit {
  kind: LensKind;
  parameters: Float64Array;
  poses: Pose[];
  /** Sum of squared distances, square pixels. */
  cost: number;
}

const maxSteps = 120;
/** The solver ends if a step gains less than this share of the cost. */
const settledShare = 1e-10;

/**
 * Moves a fit to the least sum of squared reprojection errors by Levenberg-Marquardt on the normal equations, whose
 * per-view blocks are eliminated first (Triggs et al., "Bundle adjustment - a modern synthesis", 2000,
 * section 6.1; damping as Nielsen 1999). With `isCameraFixed` only the poses move.
 */
export function adjust(start: Fit, views: readonly View[], isCameraFixed = false): Fit {
  const n = isCameraFixed ? 0 : start.parameters.length;
  let fit = { ...start, cost: costOf(start, views) };
  let damping = 1e-3;
  let growth = 2;
  for (let step = 0; step < maxSteps && Number.isFinite(fit.cost); step++) {
    const system = normalEquations(fit, views, n);
    let isDone = false;
    for (;;) {
      const next = solveStep(fit, system, n, damping);
      const cost = next === undefined ? Number.POSITIVE_INFINITY : costOf(next, views);
      if (next !== undefined && cost <= fit.cost) {
        isDone = fit.cost - cost <= settledShare * fit.cost;
        fit = { ...next, cost };
        damping = Math.max(damping / 5, 1e-12);
        growth = 2;
        break;
      }
      damping *= growth;
      growth *= 2;
      if (damping > 1e12) return fit;
    }
    if (isDone) break;
  }
  return fit;
}

/**
 * Standard deviations of the camera's parameters at the optimum, from the residuals: sqrt of the diagonal of
 * s2 (J'J)^-1 with s2 = cost / (observations - parameters). Undefined if the views do not determine them.
 */
export function standardDeviations(fit: Fit, views: readonly View[]): Float64Array | undefined {
  const n = fit.parameters.length;
  const { reduced } = eliminate(normalEquations(fit, views, n), n, 0);
  const inverse = reduced && invertPositive(reduced, n);
  if (inverse === undefined) return undefined;
  const observations = views.reduce((sum, { pointsPx }) => sum + pointsPx.length, 0);
  const variance = fit.cost / Math.max(observations - n - 6 * views.length, 1);
  return Float64Array.from({ length: n }, (_, i) => Math.sqrt(inverse[i * n + i]! * variance));
}

/** Root mean square reprojection error of each view, pixels. */
export function viewErrorsPx(fit: Fit, views: readonly View[]): number[] {
  return views.map((view, i) => {
    const cost = costOf({ ...fit, poses: [fit.poses[i]!] }, [view]);
    return Math.sqrt(cost / (view.pointsPx.length / 2));
  });
}

/** Reprojection errors of a view's points, pixels, as [du0, dv0, ...]: seen minus expected. */
export function residualsPx(fit: Fit, view: View, pose: Pose): Float64Array | undefined {
  const out = newProjected(fit.kind);
  const residuals = new Float64Array(view.pointsPx.length);
  for (let i = 0; i < residuals.length; i += 2) {
    if (!project(fit, pose, view.pointsM[i]!, view.pointsM[i + 1]!, out)) return undefined;
    residuals[i] = view.pointsPx[i]! - out.u;
    residuals[i + 1] = view.pointsPx[i + 1]! - out.v;
  }
  return residuals;
}

function project(
  { kind, parameters }: Fit,
  { rotation: r, translation: t }: Pose,
  x: number,
  y: number,
  out: ReturnType<typeof newProjected>,
): boolean {
  return projectPoint(
    kind,
    parameters,
    r[0] * x + r[1] * y + t[0],
    r[3] * x + r[4] * y + t[1],
    r[6] * x + r[7] * y + t[2],
    out,
  );
}

function costOf(fit: Omit<Fit, 'cost'>, views: readonly View[]): number {
  let cost = 0;
  for (const [i, view] of views.entries()) {
    const residuals = residualsPx(fit as Fit, view, fit.poses[i]!);
    if (residuals === undefined) return Number.POSITIVE_INFINITY;
    for (const residual of residuals) cost += residual * residual;
  }
  return Number.isFinite(cost) ? cost : Number.POSITIVE_INFINITY;
}

/** J'J and J'r in blocks: camera by camera (n x n), and for each view camera by pose (n x 6), pose by pose (6 x 6). */
interface System {
  camera: Float64Array;
  cameraRight: Float64Array;
  views: { mixed: Float64Array; pose: Float64Array; right: Float64Array }[];
}

function normalEquations(fit: Fit, views: readonly View[], n: number): System {
  const camera = new Float64Array(n * n);
  const cameraRight = new Float64Array(n);
  const out = newProjected(fit.kind);
  const all = fit.parameters.length;
  const blocks = views.map(({ pointsM, pointsPx }, index) => {
    const mixed = new Float64Array(n * 6);
    const pose = new Float64Array(36);
    const right = new Float64Array(6);
    const { rotation: r } = fit.poses[index]!;
    const byPose = new Float64Array(12);
    for (let i = 0; i < pointsPx.length; i += 2) {
      const x = pointsM[i]!;
      const y = pointsM[i + 1]!;
      project(fit, fit.poses[index]!, x, y, out);
      // The rotation step turns R p, not the translation: d(w x Rp)/dw = -[Rp]x.
      const px = r[0] * x + r[1] * y;
      const py = r[3] * x + r[4] * y;
      const pz = r[6] * x + r[7] * y;
      for (let row = 0; row < 2; row++) {
        const a = out.byPoint[3 * row]!;
        const b = out.byPoint[3 * row + 1]!;
        const c = out.byPoint[3 * row + 2]!;
        const at = 6 * row;
        byPose[at] = c * py - b * pz;
        byPose[at + 1] = a * pz - c * px;
        byPose[at + 2] = b * px - a * py;
        byPose[at + 3] = a;
        byPose[at + 4] = b;
        byPose[at + 5] = c;
        const residual = pointsPx[i + row]! - (row === 0 ? out.u : out.v);
        for (let j = 0; j < n; j++) {
          const slope = out.byParameter[row * all + j]!;
          if (slope === 0) continue;
          cameraRight[j]! += slope * residual;
          for (let k = 0; k <= j; k++)
            camera[j * n + k]! += slope * out.byParameter[row * all + k]!;
          for (let k = 0; k < 6; k++) mixed[j * 6 + k]! += slope * byPose[at + k]!;
        }
        for (let j = 0; j < 6; j++) {
          right[j]! += byPose[at + j]! * residual;
          for (let k = 0; k < 6; k++) pose[j * 6 + k]! += byPose[at + j]! * byPose[at + k]!;
        }
      }
    }
    return { mixed, pose, right };
  });
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) camera[k * n + j] = camera[j * n + k]!;
  return { camera, cameraRight, views: blocks };
}

/** The camera's part of the system after eliminating the poses (Schur complement), and what is needed to recover them. */
function eliminate(system: System, n: number, damping: number) {
  const reduced = damped(system.camera, n, damping);
  const right = Float64Array.from(system.cameraRight);
  const lowers: Float64Array[] = [];
  for (const { mixed, pose, right: poseRight } of system.views) {
    const lower = choleskyFactor(damped(pose, 6, damping), 6);
    if (lower === undefined) return { reduced: undefined, right, lowers };
    lowers.push(lower);
    const solvedRight = choleskySolve(lower, 6, Float64Array.from(poseRight));
    for (let j = 0; j < n; j++) {
      const solved = choleskySolve(lower, 6, mixed.slice(j * 6, j * 6 + 6));
      for (let k = 0; k < 6; k++) right[j]! -= mixed[j * 6 + k]! * solvedRight[k]!;
      for (let l = 0; l < n; l++)
        for (let k = 0; k < 6; k++) reduced[j * n + l]! -= solved[k]! * mixed[l * 6 + k]!;
    }
  }
  return { reduced, right, lowers };
}

function damped(matrix: Float64Array, n: number, damping: number): Float64Array {
  const copy = Float64Array.from(matrix);
  for (let i = 0; i < n; i++) copy[i * n + i]! *= 1 + damping;
  return copy;
}

function solveStep(fit: Fit, system: System, n: number, damping: number): Fit | undefined {
  const { reduced, right, lowers } = eliminate(system, n, damping);
  if (reduced === undefined) return undefined;
  const lower = choleskyFactor(reduced, n);
  if (lower === undefined) return undefined;
  const cameraStep = choleskySolve(lower, n, right);
  const parameters = fit.parameters.map((value, i) => (i < n ? value + cameraStep[i]! : value));
  if (!(parameters[0]! > 0 && parameters[1]! > 0)) return undefined;
  const poses = fit.poses.map((pose, index) => {
    const { mixed, right: poseRight } = system.views[index]!;
    const step = Float64Array.from(poseRight);
    for (let j = 0; j < n; j++)
      for (let k = 0; k < 6; k++) step[k]! -= mixed[j * 6 + k]! * cameraStep[j]!;
    return movePose(pose, choleskySolve(lowers[index]!, 6, step));
  });
  return { ...fit, parameters, poses };
}
