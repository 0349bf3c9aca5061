import type { CameraKind } from '../../../src/calibration/camera-model.js';

/** Camera kinds with distortion parameters to solve for. */
export type LensKind = Exclude<CameraKind, 'pinhole'>;

/** Number of free parameters: fx, fy, cx, cy, then the distortion in OpenCV's order. */
export const parameterCount = (kind: LensKind): number =>
  4 + { plumb_bob: 5, rational_polynomial: 8, equidistant: 4 }[kind];

/** Scratch memory of one projection: a point's position in the picture and its derivatives. */
export interface Projected {
  u: number;
  v: number;
  /** d(u, v) / d(parameters), two rows. */
  byParameter: Float64Array;
  /** d(u, v) / d(X, Y, Z) of the point in the camera's frame, two rows. */
  byPoint: Float64Array;
}

export const newProjected = (kind: LensKind): Projected => ({
  u: 0,
  v: 0,
  byParameter: new Float64Array(2 * parameterCount(kind)),
  byPoint: new Float64Array(6),
});

/**
 * Projects a point of the optical frame, with analytic derivatives. The lens formulas are those of
 * src/calibration/lens.ts (OpenCV's calib3d and fisheye; Kannala and Brandt 2006 for the equidistant polynomial).
 * Returns false if the point is not in front of the camera.
 */
export function projectPoint(
  kind: LensKind,
  parameters: Float64Array,
  x3: number,
  y3: number,
  z3: number,
  out: Projected,
): boolean {
  if (!(z3 > 1e-9)) return false;
  const n = parameters.length;
  const [fx, fy, cx, cy] = parameters as unknown as [number, number, number, number];
  const x = x3 / z3;
  const y = y3 / z3;
  const r2 = x * x + y * y;
  const by = out.byParameter;
  by.fill(0);
  // The distorted point, and its derivatives with respect to x and y.
  let [xd, yd, xx, xy, yx, yy] = [0, 0, 0, 0, 0, 0];
  if (kind === 'equidistant') {
    const r = Math.sqrt(r2);
    const theta = Math.atan(r);
    const t2 = theta * theta;
    const [k1, k2, k3, k4] = [4, 5, 6, 7].map((i) => parameters[i]!) as [
      number,
      number,
      number,
      number,
    ];
    const distorted = theta * (1 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4))));
    const slope = 1 + t2 * (3 * k1 + t2 * (5 * k2 + t2 * (7 * k3 + t2 * 9 * k4)));
    const isCentre = r < 1e-9;
    const factor = isCentre ? 1 : distorted / r;
    // d(factor)/d(r2), with r = sqrt(r2) and theta' = 1 / (1 + r2).
    const change = isCentre ? 0 : (slope / (1 + r2) - factor) / (2 * r2);
    [xd, yd] = [x * factor, y * factor];
    [xx, xy, yy] = [factor + 2 * x * x * change, 2 * x * y * change, factor + 2 * y * y * change];
    yx = xy;
    let power = isCentre ? 0 : (theta * t2) / r;
    for (let i = 4; i < 8; i++) {
      by[i] = fx * x * power;
      by[n + i] = fy * y * power;
      power *= t2;
    }
  } else {
    const [k1, k2, p1, p2, k3] = [4, 5, 6, 7, 8].map((i) => parameters[i]!) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const isRational = kind === 'rational_polynomial';
    const [k4, k5, k6] = isRational
      ? [parameters[9]!, parameters[10]!, parameters[11]!]
      : [0, 0, 0];
    const above = 1 + r2 * (k1 + r2 * (k2 + r2 * k3));
    const below = 1 + r2 * (k4 + r2 * (k5 + r2 * k6));
    const factor = above / below;
    const change =
      (k1 + r2 * (2 * k2 + r2 * 3 * k3) - factor * (k4 + r2 * (2 * k5 + r2 * 3 * k6))) / below;
    xd = x * factor + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
    yd = y * factor + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
    xx = factor + 2 * x * x * change + 2 * p1 * y + 6 * p2 * x;
    xy = 2 * x * y * change + 2 * p1 * x + 2 * p2 * y;
    yx = 2 * x * y * change + 2 * p1 * x + 2 * p2 * y;
    yy = factor + 2 * y * y * change + 6 * p1 * y + 2 * p2 * x;
    const radial = [r2 / below, (r2 * r2) / below, 0, 0, (r2 * r2 * r2) / below];
    for (const i of [0, 1, 4]) {
      by[4 + i] = fx * x * radial[i]!;
      by[n + 4 + i] = fy * y * radial[i]!;
      if (!isRational) continue;
      const j = i === 4 ? 11 : 9 + i;
      by[j] = -fx * x * factor * radial[i]!;
      by[n + j] = -fy * y * factor * radial[i]!;
    }
    by[6] = fx * 2 * x * y;
    by[n + 6] = fy * (r2 + 2 * y * y);
    by[7] = fx * (r2 + 2 * x * x);
    by[n + 7] = fy * 2 * x * y;
  }
  by[0] = xd;
  by[n + 1] = yd;
  by[2] = 1;
  by[n + 3] = 1;
  const point = out.byPoint;
  point[0] = (fx * xx) / z3;
  point[1] = (fx * xy) / z3;
  point[2] = (-fx * (xx * x + xy * y)) / z3;
  point[3] = (fy * yx) / z3;
  point[4] = (fy * yy) / z3;
  point[5] = (-fy * (yx * x + yy * y)) / z3;
  out.u = fx * xd + cx;
  out.v = fy * yd + cy;
  return true;
}
