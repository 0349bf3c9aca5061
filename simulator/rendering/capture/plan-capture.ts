import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { undistort } from '../../../src/calibration/lens.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { RenderTarget } from '../raster/render-target.js';

/** An ideal picture, larger than the captured one, and its mapping through the lens. */
export interface Capture {
  target: RenderTarget;
  focalXPx: number;
  focalYPx: number;
  centreXPx: number;
  centreYPx: number;
  /** For each captured pixel: the upper left of the four ideal pixels, and the weights of its right and lower neighbours, 0..256. */
  offsets: Int32Array;
  rightWeights: Uint16Array;
  lowerWeights: Uint16Array;
  /** The ideal pixel that contributes most to each captured one; the truth is read from it. */
  nearest: Int32Array;
}

/**
 * Plans the capture of a camera's picture. The ideal picture is `supersampling` times as fine, so that the four
 * pixels that make one captured pixel smooth its edges.
 */
export function planCapture(model: CameraModel, supersampling: number): Capture {
  const { widthPx, heightPx } = model;
  const { xs, ys } = rayGrid(model);
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < xs.length; at++) {
    minX = Math.min(minX, xs[at]!);
    maxX = Math.max(maxX, xs[at]!);
    minY = Math.min(minY, ys[at]!);
    maxY = Math.max(maxY, ys[at]!);
  }
  const focalXPx = model.fxPx * supersampling;
  const focalYPx = model.fyPx * supersampling;
  const centreXPx = 2 - minX * focalXPx;
  const centreYPx = 2 - minY * focalYPx;
  const target = new RenderTarget(
    Math.ceil(maxX * focalXPx + centreXPx) + 2,
    Math.ceil(maxY * focalYPx + centreYPx) + 2,
  );
  const count = widthPx * heightPx;
  const offsets = new Int32Array(count);
  const rightWeights = new Uint16Array(count);
  const lowerWeights = new Uint16Array(count);
  const nearest = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    const sx = xs[at]! * focalXPx + centreXPx - 0.5;
    const sy = ys[at]! * focalYPx + centreYPx - 0.5;
    const x0 = Math.floor(sx);
    const y0 = Math.floor(sy);
    offsets[at] = y0 * target.widthPx + x0;
    rightWeights[at] = Math.round((sx - x0) * 256);
    lowerWeights[at] = Math.round((sy - y0) * 256);
    nearest[at] =
      offsets[at]! +
      (rightWeights[at]! >= 128 ? 1 : 0) +
      (lowerWeights[at]! >= 128 ? target.widthPx : 0);
  }
  return {
    target,
    focalXPx,
    focalYPx,
    centreXPx,
    centreYPx,
    offsets,
    rightWeights,
    lowerWeights,
    nearest,
  };
}

/**
 * The viewing direction of each pixel, as X/Z and Y/Z. Exact at every eighth pixel and linear in between: with a mild
 * lens the error is a hundredth of a pixel at most, and it is sixty times as fast.
 */
function rayGrid(model: CameraModel): { xs: Float64Array; ys: Float64Array } {
  const { widthPx, heightPx } = model;
  const stepPx = 8;
  const columns = Math.ceil(widthPx / stepPx) + 1;
  const rows = Math.ceil(heightPx / stepPx) + 1;
  const knots = new Float64Array(columns * rows * 2);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const ray = undistort(model, column * stepPx, row * stepPx);
      if (ray === undefined) {
        throw new PerceptionError(
          'ERR_CALIBRATION',
          `expected a lens that is one-to-one over ${widthPx}x${heightPx} pixels, found one that folds at ${column * stepPx}, ${row * stepPx}`,
        );
      }
      knots.set(ray, (row * columns + column) * 2);
    }
  }
  const xs = new Float64Array(widthPx * heightPx);
  const ys = new Float64Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const row = Math.floor(y / stepPx);
    const fy = y / stepPx - row;
    for (let x = 0; x < widthPx; x++) {
      const column = Math.floor(x / stepPx);
      const fx = x / stepPx - column;
      const a = (row * columns + column) * 2;
      const c = a + columns * 2;
      const mix = (k: number): number => {
        const top = knots[a + k]! + (knots[a + 2 + k]! - knots[a + k]!) * fx;
        const low = knots[c + k]! + (knots[c + 2 + k]! - knots[c + k]!) * fx;
        return top + (low - top) * fy;
      };
      xs[y * widthPx + x] = mix(0);
      ys[y * widthPx + x] = mix(1);
    }
  }
  return { xs, ys };
}
