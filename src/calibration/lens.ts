import type { CameraModel } from './camera-model.js';

/** A point as [x, y]: pixels, or normalised coordinates (metres at one metre's distance). */
export type Point = [number, number];

/** Radius of the radial part of the lens: undistorted radius (tangent of the angle) -> distorted radius. */
function distortedRadius(model: CameraModel, radius: number): number {
  const d = model.distortion;
  if (model.kind === 'equidistant') {
    const theta = Math.atan(radius);
    const t2 = theta * theta;
    return theta * (1 + t2 * (d[0]! + t2 * (d[1]! + t2 * (d[2]! + t2 * d[3]!))));
  }
  return radius * radialFactor(model, radius * radius);
}

function radialFactor(model: CameraModel, r2: number): number {
  const d = model.distortion;
  if (model.kind === 'pinhole') return 1;
  const numerator = 1 + r2 * (d[0]! + r2 * (d[1]! + r2 * d[4]!));
  if (model.kind === 'plumb_bob') return numerator;
  return numerator / (1 + r2 * (d[5]! + r2 * (d[6]! + r2 * d[7]!)));
}

/** Widest radius searched: a tangent of 88.6 degrees. */
const widestRadius = 40;
const limits = new WeakMap<CameraModel, number>();

/**
 * The undistorted radius (tangent of the angle to the optical axis) up to which the lens model is one-to-one.
 * Beyond it the polynomial folds back and would show the same scene twice: such points count as outside the picture.
 */
export function radiusLimit(model: CameraModel): number {
  const known = limits.get(model);
  if (known !== undefined) return known;
  let limit = widestRadius;
  if (model.kind !== 'pinhole') {
    // The step grows with the radius; a polynomial of this degree does not turn twice within one.
    let previous = 0;
    for (let radius = 0.002; radius < widestRadius; radius *= 1.002) {
      const distorted = distortedRadius(model, radius);
      if (!(distorted > previous)) {
        limit = radius / 1.002;
        break;
      }
      previous = distorted;
    }
  }
  limits.set(model, limit);
  return limit;
}

/** The distorted radius at `radiusLimit`: how far from its axis the lens shows the scene, in focal lengths. */
export function largestDistortedRadius(model: CameraModel): number {
  return distortedRadius(model, radiusLimit(model));
}

/**
 * Where a direction appears in the captured picture. x, y are normalised undistorted coordinates (X/Z, Y/Z of
 * the optical frame: x right, y down, z forward); the result is in pixels, the top-left pixel's centre being (0, 0).
 * Formulas: OpenCV, calib3d ("plumb_bob", "rational_polynomial") and fisheye ("equidistant").
 */
export function distort(model: CameraModel, xNorm: number, yNorm: number): Point {
  const out: Point = [xNorm, yNorm];
  distortNorm(model, out);
  return [out[0] * model.fxPx + model.cxPx, out[1] * model.fyPx + model.cyPx];
}

/** Applies the lens to a normalised point in place. */
function distortNorm(model: CameraModel, point: Point): void {
  if (model.kind === 'pinhole') return;
  const [x, y] = point;
  const r2 = x * x + y * y;
  if (model.kind === 'equidistant') {
    const radius = Math.sqrt(r2);
    const factor = radius < 1e-9 ? 1 : distortedRadius(model, radius) / radius;
    point[0] = x * factor;
    point[1] = y * factor;
    return;
  }
  const factor = radialFactor(model, r2);
  const p1 = model.distortion[2]!;
  const p2 = model.distortion[3]!;
  point[0] = x * factor + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
  point[1] = y * factor + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
}

/**
 * The direction that a pixel of the captured picture sees: the inverse of `distort`, to 1e-9 of the normalised
 * plane, as [X/Z, Y/Z]. Undefined if no direction within the model's one-to-one range projects there.
 */
export function undistort(model: CameraModel, uPx: number, vPx: number): Point | undefined {
  const xd = (uPx - model.cxPx) / model.fxPx;
  const yd = (vPx - model.cyPx) / model.fyPx;
  if (model.kind === 'pinhole') return [xd, yd];
  const distortedR = Math.hypot(xd, yd);
  const limit = radiusLimit(model);
  const radius = invertRadius(model, distortedR, limit);
  const start = distortedR < 1e-12 ? 1 : radius / distortedR;
  return refine(model, xd, yd, xd * start, yd * start, limit);
}

/** Bisection on the radial part only: it is monotonic below the limit, so this always ends near the answer. */
function invertRadius(model: CameraModel, distortedR: number, limit: number): number {
  let low = 0;
  let high = limit;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (distortedRadius(model, middle) < distortedR) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Newton's method in two dimensions, starting at the radial answer, for the tangential part. */
function refine(
  model: CameraModel,
  xd: number,
  yd: number,
  xStart: number,
  yStart: number,
  limit: number,
): Point | undefined {
  const step = 1e-6;
  let x = xStart;
  let y = yStart;
  const at: Point = [0, 0];
  const errorAt = (px: number, py: number): Point => {
    at[0] = px;
    at[1] = py;
    distortNorm(model, at);
    return [at[0] - xd, at[1] - yd];
  };
  for (let i = 0; i < 20; i++) {
    const [ex, ey] = errorAt(x, y);
    if (Math.abs(ex) + Math.abs(ey) < 1e-12) break;
    const [rx, ry] = errorAt(x + step, y);
    const [lx, ly] = errorAt(x - step, y);
    const [dx, dy] = errorAt(x, y + step);
    const [ux, uy] = errorAt(x, y - step);
    const a = (rx - lx) / (2 * step);
    const b = (dx - ux) / (2 * step);
    const c = (ry - ly) / (2 * step);
    const d = (dy - uy) / (2 * step);
    const determinant = a * d - b * c;
    if (!(Math.abs(determinant) > 1e-12)) return undefined;
    x -= (d * ex - b * ey) / determinant;
    y -= (a * ey - c * ex) / determinant;
  }
  const [ex, ey] = errorAt(x, y);
  const isSolved = Math.abs(ex) + Math.abs(ey) < 1e-9 && Math.hypot(x, y) <= limit * 1.001;
  return isSolved ? [x, y] : undefined;
}
