import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { RgbImage } from '../../datasets/sample.js';
import type { ColourChange } from './colour.js';
import { placeBoxes, type RowSums, sumBoxRow } from './sample-boxes.js';

/** Maps output pixel centres to the picture: x' = a x + b y + c, y' = d x + e y + f; pixels, centres at .5. */
export type Affine = readonly [number, number, number, number, number, number];

/** The map that shows the window [left, top, right, bottom] (pixels of the picture) in a widthPx x heightPx output. */
export function windowAffine(
  [left, top, right, bottom]: readonly [number, number, number, number],
  widthPx: number,
  heightPx: number,
  isFlipped: boolean,
): Affine {
  const scaleX = (right - left) / widthPx;
  const scaleY = (bottom - top) / heightPx;
  return isFlipped ? [-scaleX, 0, right, 0, scaleY, top] : [scaleX, 0, left, 0, scaleY, top];
}

/**
 * Draws the picture through an affine map into a network's input, then applies colour change, colour order, mean and scale.
 * A map without rotation samples as the rig's preprocessing does: means over boxes placed between whole pixels, so
 * that training and driving see the same. A rotated one is bilinear, with two or three taps per axis if the picture
 * shrinks. Outside the picture the value is the spec's padValue.
 *
 * Writes float32 [3, heightPx, widthPx] at `offset` of `out`.
 */
export function warpInto(
  image: RgbImage,
  affine: Affine,
  spec: InputSpec,
  colour: ColourChange,
  out: Float32Array,
  offset: number,
): void {
  const { widthPx, heightPx } = spec;
  const [a, b, c, d, e, f] = affine;
  const sums: RowSums = {
    red: new Float32Array(widthPx),
    green: new Float32Array(widthPx),
    blue: new Float32Array(widthPx),
  };
  if (b === 0 && d === 0) {
    const columns = placeBoxes(widthPx, a, c, image.widthPx);
    const rows = placeBoxes(heightPx, e, f, image.heightPx);
    const size = columns.boxPx * rows.boxPx;
    for (let row = 0; row < heightPx; row++) {
      sumBoxRow(image, columns, rows, row, spec.padValue, sums);
      finishRow(sums, size, spec, colour, out, offset + row * widthPx);
    }
    return;
  }
  const shrink = Math.max(Math.hypot(a, d), Math.hypot(b, e));
  const taps = shrink > 1.5 ? (shrink > 3 ? 3 : 2) : 1;
  // One sample per tap: which column of the picture, and how far towards the next.
  const across = { x: new Float64Array(widthPx * taps), y: new Float64Array(widthPx * taps) };
  for (let i = 0; i < widthPx * taps; i++) {
    const u = (i + 0.5) / taps;
    across.x[i] = a * u + c - 0.5;
    across.y[i] = d * u + f - 0.5;
  }
  for (let row = 0; row < heightPx; row++) {
    sums.red.fill(0);
    sums.green.fill(0);
    sums.blue.fill(0);
    for (let tap = 0; tap < taps; tap++) {
      const v = row + (tap + 0.5) / taps;
      addRow(image, across, b * v, e * v, taps, spec.padValue, sums);
    }
    finishRow(sums, taps * taps, spec, colour, out, offset + row * widthPx);
  }
}

/** Adds one line of bilinear samples to the sums of the pixels they belong to. */
function addRow(
  image: RgbImage,
  across: { x: Float64Array; y: Float64Array },
  shiftX: number,
  shiftY: number,
  taps: number,
  padValue: number,
  { red, green, blue }: RowSums,
): void {
  const { data, widthPx, heightPx } = image;
  const stride = widthPx * 3;
  const lastX = widthPx - 1;
  const lastY = heightPx - 1;
  let pixel = 0;
  let tap = 0;
  for (let i = 0; i < across.x.length; i++) {
    const x = across.x[i]! + shiftX;
    const y = across.y[i]! + shiftY;
    if (x < -0.5 || y < -0.5 || x > lastX + 0.5 || y > lastY + 0.5) {
      red[pixel]! += padValue;
      green[pixel]! += padValue;
      blue[pixel]! += padValue;
    } else {
      const x0 = x <= 0 ? 0 : x >= lastX ? lastX : x | 0;
      const y0 = y <= 0 ? 0 : y >= lastY ? lastY : y | 0;
      const wx = x <= 0 || x >= lastX ? 0 : x - x0;
      const wy = y <= 0 || y >= lastY ? 0 : y - y0;
      const p = y0 * stride + x0 * 3;
      const q = wx > 0 ? p + 3 : p;
      const down = wy > 0 ? stride : 0;
      const w11 = wx * wy;
      const w01 = wx - w11;
      const w10 = wy - w11;
      const w00 = 1 - wx - w10;
      const r = p + down;
      const s = q + down;
      red[pixel]! += w00 * data[p]! + w01 * data[q]! + w10 * data[r]! + w11 * data[s]!;
      green[pixel]! +=
        w00 * data[p + 1]! + w01 * data[q + 1]! + w10 * data[r + 1]! + w11 * data[s + 1]!;
      blue[pixel]! +=
        w00 * data[p + 2]! + w01 * data[q + 2]! + w10 * data[r + 2]! + w11 * data[s + 2]!;
    }
    tap += 1;
    if (tap === taps) {
      tap = 0;
      pixel += 1;
    }
  }
}

const clamp8 = (value: number): number => Math.min(255, Math.max(0, value));

/** Turns the sums into means, then applies colour change, colour order, mean and scale: one row of three planes. */
function finishRow(
  sums: RowSums,
  samples: number,
  spec: InputSpec,
  { gain, bias, saturation }: ColourChange,
  out: Float32Array,
  at: number,
): void {
  const { widthPx, heightPx, colour, mean, scale } = spec;
  const plane = widthPx * heightPx;
  const share = 1 / samples;
  const [gainRed, gainGreen, gainBlue] = gain;
  const [biasRed, biasGreen, biasBlue] = bias;
  const [mean0, mean1, mean2] = mean;
  const [scale0, scale1, scale2] = scale;
  const isYuv = colour === 'yuv';
  const isBgr = colour === 'bgr';
  for (let i = 0; i < widthPx; i++) {
    let red = sums.red[i]! * share;
    let green = sums.green[i]! * share;
    let blue = sums.blue[i]! * share;
    const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
    red = clamp8((grey + (red - grey) * saturation) * gainRed + biasRed);
    green = clamp8((grey + (green - grey) * saturation) * gainGreen + biasGreen);
    blue = clamp8((grey + (blue - grey) * saturation) * gainBlue + biasBlue);
    let first = isBgr ? blue : red;
    let second = green;
    let third = isBgr ? red : blue;
    if (isYuv) {
      // BT.601, full range, as in JPEG.
      first = 0.299 * red + 0.587 * green + 0.114 * blue;
      second = (blue - first) * 0.564334 + 128;
      third = (red - first) * 0.713267 + 128;
    }
    out[at + i] = (first - mean0) * scale0;
    out[at + plane + i] = (second - mean1) * scale1;
    out[at + 2 * plane + i] = (third - mean2) * scale2;
  }
}

/** Draws a class map through the same affine map, nearest neighbour; outside the picture the value is 255 (void). */
export function warpLabelsInto(
  labels: Uint8Array,
  labelWidthPx: number,
  labelHeightPx: number,
  affine: Affine,
  widthPx: number,
  heightPx: number,
  out: Uint8Array,
  offset: number,
): void {
  const [a, b, c, d, e, f] = affine;
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      const x = Math.floor(a * (column + 0.5) + b * (row + 0.5) + c);
      const y = Math.floor(d * (column + 0.5) + e * (row + 0.5) + f);
      const isInside = x >= 0 && y >= 0 && x < labelWidthPx && y < labelHeightPx;
      out[offset + row * widthPx + column] = isInside ? labels[y * labelWidthPx + x]! : 255;
    }
  }
}
