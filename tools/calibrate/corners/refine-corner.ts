import { type GreyPicture, sampleGrey } from '../../../src/calibration/grey-picture.js';

const maxSteps = 30;
const settledPx = 0.001;
const leastHalfPx = 2;

/**
 * Moves a corner to the point whose direction from every pixel around it is at right angles to the brightness gradient
 * there (Förstner and Gülch 1987; OpenCV's cornerSubPix). `halfWindowPx` is half the side of the
 * examined square; pixels weigh less towards its border. Undefined if the corner moves by more than the window.
 */
export function refineCorner(
  grey: GreyPicture,
  u: number,
  v: number,
  halfWindowPx: number,
): [number, number] | undefined {
  // Near the border the window shrinks so as not to leave the picture.
  const room = Math.min(u, v, grey.widthPx - 1 - u, grey.heightPx - 1 - v) - 2;
  const half = Math.min(halfWindowPx, room);
  if (!(half >= leastHalfPx)) return undefined;
  let x = u;
  let y = v;
  for (let step = 0; step < maxSteps; step++) {
    const moved = stepTowards(grey, x, y, half);
    if (moved === undefined) return undefined;
    const shift = Math.hypot(moved[0] - x, moved[1] - y);
    [x, y] = moved;
    if (Math.max(Math.abs(x - u), Math.abs(y - v)) > half) return undefined;
    if (shift < settledPx) break;
  }
  return [x, y];
}

function stepTowards(
  grey: GreyPicture,
  u: number,
  v: number,
  half: number,
): [number, number] | undefined {
  const reach = Math.floor(half);
  const side = 2 * reach + 3;
  const patch = new Float64Array(side * side);
  for (let dy = -reach - 1, at = 0; dy <= reach + 1; dy++)
    for (let dx = -reach - 1; dx <= reach + 1; dx++) patch[at++] = sampleGrey(grey, u + dx, v + dy);
  let [xx, xy, yy, bx, by] = [0, 0, 0, 0, 0];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const at = (dy + reach + 1) * side + dx + reach + 1;
      const gx = (patch[at + 1]! - patch[at - 1]!) / 2;
      const gy = (patch[at + side]! - patch[at - side]!) / 2;
      const weight = Math.exp(-(dx * dx + dy * dy) / (half * half));
      xx += weight * gx * gx;
      xy += weight * gx * gy;
      yy += weight * gy * gy;
      bx += weight * (gx * gx * dx + gx * gy * dy);
      by += weight * (gx * gy * dx + gy * gy * dy);
    }
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-6 * (xx + yy) ** 2)) return undefined;
  return [u + (yy * bx - xy * by) / determinant, v + (xx * by - xy * bx) / determinant];
}
