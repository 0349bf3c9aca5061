import type { CameraModel } from '../../src/calibration/camera-model.js';
import { undistort } from '../../src/calibration/lens.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { Random } from './random.js';
import { RenderTarget } from './raster/render-target.js';
import type { Conditions } from './world/conditions.js';

/** An ideal picture, larger than the captured one, and the way from it through the lens. */
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
  /** The ideal pixel that each captured one shows most of: what the truth is read from. */
  nearest: Int32Array;
}

/**
 * Plans the capture of a camera's picture. Ideal pixels are `supersampling` times as fine, so that the
 * four that make one captured pixel smooth its edges.
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
 * The direction each pixel sees, as X/Z and Y/Z. Exact at every eighth pixel and linear between: with a mild lens
 * that is a hundredth of a pixel off at most, and sixty times as quick.
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

/** Mixes the air's colour over what is far away, in place. */
export function addHaze(target: RenderTarget, perM: number, colour: readonly number[]): void {
  const steps = 2048;
  const perStep = 0.25 / steps;
  const keep = new Uint16Array(steps);
  for (let i = 0; i < steps; i++)
    keep[i] = Math.round(256 * Math.exp(-perM / ((i + 0.5) * perStep)));
  const { colours, inverseDepths } = target;
  const scale = 1 / perStep;
  const [red, green, blue] = colour.map((channel) => Math.min(255, Math.round(channel)));
  // Red and blue ride in one number: two weights that add up to 256 keep each within its sixteen bits.
  const airRedBlue = red! | (blue! << 16);
  const airGreen = green!;
  for (let at = 0; at < colours.length; at++) {
    const inverse = inverseDepths[at]!;
    if (inverse === 0 || inverse >= 0.25) continue;
    const kept = keep[(inverse * scale) | 0]!;
    if (kept >= 255) continue;
    const lost = 256 - kept;
    const old = colours[at]!;
    const redBlue = Math.imul(old & 0xff00ff, kept) + Math.imul(airRedBlue, lost);
    const even = ((old >>> 8) & 255) * kept + airGreen * lost;
    colours[at] = (old & 0xff000000) | ((redBlue >>> 8) & 0xff00ff) | (even & 0xff00);
  }
}

const noiseTable = makeNoiseTable();

function makeNoiseTable(): Int16Array {
  const random = new Random(7, 7);
  // 16 is one deviation.
  return Int16Array.from({ length: 1 << 16 }, () => Math.round(random.normal() * 16));
}

/** Takes the picture through the lens: packed rgb8, with the camera's exposure, noise, blur and vignette. */
export function takePicture(
  capture: Capture,
  conditions: Conditions,
  widthPx: number,
  heightPx: number,
  noiseSeed: number,
): Uint8Array {
  const { target, offsets, rightWeights, lowerWeights } = capture;
  const { colours, widthPx: stride } = target;
  // Stores clamp by themselves what noise pushed out of 0..255.
  const picture = new Uint8ClampedArray(widthPx * heightPx * 3);
  const curves = conditions.gain.map((gain) => toneCurve(gain, conditions.gamma));
  const [curveR, curveG, curveB] = curves as [Uint8Array, Uint8Array, Uint8Array];
  const random = new Random(noiseSeed, 11);
  const strength = Math.round(conditions.noise * 16);
  const noise = noiseOf(strength);
  const vignette = conditions.vignette;
  const squaredX = Float64Array.from({ length: widthPx }, (_, x) => {
    const dx = (2 * x) / widthPx - 1;
    return dx * dx;
  });
  for (let y = 0; y < heightPx; y++) {
    let noiseAt = random.integer(0, 0xffff);
    const dy = (2 * y) / heightPx - 1;
    for (let x = 0; x < widthPx; x++) {
      const at = y * widthPx + x;
      const from = offsets[at]!;
      const wx = rightWeights[at]!;
      const wy = lowerWeights[at]!;
      const a = colours[from]!;
      const b = colours[from + 1]!;
      const c = colours[from + stride]!;
      const d = colours[from + stride + 1]!;
      const wd = (wx * wy) >> 8;
      const wb = wx - wd;
      const wc = wy - wd;
      const wa = 256 - wx - wy + wd;
      // Red and blue in one number, as in addHaze: the weights add up to 256.
      const redBlue =
        (Math.imul(a & 0xff00ff, wa) +
          Math.imul(b & 0xff00ff, wb) +
          Math.imul(c & 0xff00ff, wc) +
          Math.imul(d & 0xff00ff, wd)) >>>
        8;
      const even =
        (((a >>> 8) & 255) * wa +
          ((b >>> 8) & 255) * wb +
          ((c >>> 8) & 255) * wc +
          ((d >>> 8) & 255) * wd) >>
        8;
      let r = curveR[redBlue & 255]!;
      let g = curveG[even]!;
      let bl = curveB[(redBlue >>> 16) & 255]!;
      if (vignette > 0) {
        const dim = (256 - vignette * (squaredX[x]! + dy * dy) * 128) | 0;
        r = (r * dim) >> 8;
        g = (g * dim) >> 8;
        bl = (bl * dim) >> 8;
      }
      if (strength > 0) {
        r += noise[noiseAt & 0xffff]!;
        g += noise[(noiseAt + 21701) & 0xffff]!;
        bl += noise[(noiseAt + 43403) & 0xffff]!;
        noiseAt++;
      }
      const out = at * 3;
      picture[out] = r;
      picture[out + 1] = g;
      picture[out + 2] = bl;
    }
  }
  const data = new Uint8Array(picture.buffer);
  return conditions.blur > 0 ? softened(data, widthPx, heightPx, conditions.blur) : data;
}

let knownNoise: { strength: number; values: Int16Array } | undefined;

/** The noise table at a strength, in grey levels: a drive's frames have it in common. */
function noiseOf(strength: number): Int16Array {
  if (knownNoise?.strength !== strength)
    knownNoise = { strength, values: noiseTable.map((value) => (value * strength) >> 8) };
  return knownNoise.values;
}

function toneCurve(gain: number, gamma: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) =>
    Math.min(255, Math.max(0, Math.round(255 * (value / 255) ** gamma * gain))),
  );
}

/** The picture mixed with its 3x3 binomial blur. */
function softened(from: Uint8Array, widthPx: number, heightPx: number, share: number): Uint8Array {
  const to = from.slice();
  const row = widthPx * 3;
  const blurShare = Math.round(share * 16);
  for (let y = 1; y + 1 < heightPx; y++) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at++) {
      const cross = from[at - 3]! + from[at + 3]! + from[at - row]! + from[at + row]!;
      const corners =
        from[at - row - 3]! + from[at - row + 3]! + from[at + row - 3]! + from[at + row + 3]!;
      const soft = from[at]! * 4 + cross * 2 + corners;
      to[at] = (from[at]! * 16 * (16 - blurShare) + soft * blurShare + 128) >> 8;
    }
  }
  return to;
}
