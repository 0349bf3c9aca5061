import { smallestEigenvector } from './dense-matrix.js';
import type { Matrix3 } from './ground.js';
import type { Point } from './lens.js';

/** Applies a homography to a point; a point at infinity is not finite. */
export function applyHomography(h: Matrix3, x: number, y: number): Point {
  const w = h[6] * x + h[7] * y + h[8];
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w];
}

/** The product of two 3x3 matrices. */
export function multiply3(a: Matrix3, b: Matrix3): Matrix3 {
  const cell = (row: number, col: number) =>
    a[3 * row]! * b[col]! + a[3 * row + 1]! * b[3 + col]! + a[3 * row + 2]! * b[6 + col]!;
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((col) => cell(row, col))) as unknown as Matrix3;
}

/** The inverse of a 3x3 matrix; undefined if it has none. */
export function invert3(m: Matrix3): Matrix3 | undefined {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const size = Math.max(...m.map(Math.abs)) ** 3;
  if (!(Math.abs(determinant) > 1e-15 * size)) return undefined;
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((cofactor) => cofactor / determinant) as unknown as Matrix3;
}

/**
 * The homography that takes points of one plane to those of another in the least-squares sense of the normalised
 * direct linear transform (Hartley and Zisserman, Multiple View Geometry, algorithm 4.2). Four or more points as
 * [x0, y0, x1, y1, ...]; undefined if they do not determine it (three on a line).
 */
export function fitHomography(from: ArrayLike<number>, to: ArrayLike<number>): Matrix3 | undefined {
  const count = from.length / 2;
  if (count < 4 || to.length !== from.length) return undefined;
  const source = normalisation(from);
  const target = normalisation(to);
  const normal = new Float64Array(81);
  const row = new Float64Array(9);
  const add = () => {
    for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) normal[9 * i + j]! += row[i]! * row[j]!;
  };
  for (let i = 0; i < count; i++) {
    const [x, y] = applyHomography(source, from[2 * i]!, from[2 * i + 1]!);
    const [u, v] = applyHomography(target, to[2 * i]!, to[2 * i + 1]!);
    row.set([x, y, 1, 0, 0, 0, -u * x, -u * y, -u]);
    add();
    row.set([0, 0, 0, x, y, 1, -v * x, -v * y, -v]);
    add();
  }
  const h = [...smallestEigenvector(normal, 9)] as unknown as Matrix3;
  const back = invert3(target);
  if (back === undefined || invert3(h) === undefined) return undefined;
  const whole = multiply3(back, multiply3(h, source));
  return whole.every(Number.isFinite) ? whole : undefined;
}

/** Moves the points' mean to the origin and scales them to a mean distance of sqrt(2). */
function normalisation(points: ArrayLike<number>): Matrix3 {
  const count = points.length / 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    x += points[2 * i]! / count;
    y += points[2 * i + 1]! / count;
  }
  let distance = 0;
  for (let i = 0; i < count; i++)
    distance += Math.hypot(points[2 * i]! - x, points[2 * i + 1]! - y) / count;
  const s = Math.SQRT2 / Math.max(distance, 1e-12);
  return [s, 0, -s * x, 0, s, -s * y, 0, 0, 1];
}
