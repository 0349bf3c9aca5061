import type { InputSpec } from '../../../src/bundle/input-spec.js';
import type { RgbImage } from '../../datasets/sample.js';
import type { ColourChange } from './colour.js';

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
 * Draws the picture through an affine map into a network's input: bilinear, with two taps an axis more where
 * the picture shrinks, then colour change, colour order, mean and scale. What lies outside the picture is the
 * spec's padValue.
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
  const { widthPx, heightPx, padValue, mean, scale } = spec;
  const [a, b, c, d, e, f] = affine;
  const plane = widthPx * heightPx;
  const shrink = Math.max(Math.hypot(a, d), Math.hypot(b, e));
  const taps = shrink > 1.5 ? (shrink > 3 ? 3 : 2) : 1;
  const share = 1 / (taps * taps);
  const { data } = image;
  const stride = image.widthPx * 3;
  const lastX = image.widthPx - 1;
  const lastY = image.heightPx - 1;
  const { gain, bias, saturation } = colour;
  const isYuv = spec.colour === 'yuv';
  const redPlane = spec.colour === 'bgr' ? 2 : 0;
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < taps * taps; tap++) {
        const u = column + ((tap % taps) + 0.5) / taps;
        const v = row + (Math.floor(tap / taps) + 0.5) / taps;
        const x = a * u + b * v + c - 0.5;
        const y = d * u + e * v + f - 0.5;
        if (x < -0.5 || y < -0.5 || x > lastX + 0.5 || y > lastY + 0.5) {
          red += padValue;
          green += padValue;
          blue += padValue;
          continue;
        }
        const x0 = x < 0 ? 0 : x >= lastX ? lastX : x | 0;
        const y0 = y < 0 ? 0 : y >= lastY ? lastY : y | 0;
        const wx = x < 0 || x >= lastX ? 0 : x - x0;
        const wy = y < 0 || y >= lastY ? 0 : y - y0;
        const p = y0 * stride + x0 * 3;
        const right = wx > 0 ? 3 : 0;
        const below = wy > 0 ? stride : 0;
        const w11 = wx * wy;
        const w01 = wx - w11;
        const w10 = wy - w11;
        const w00 = 1 - wx - wy + w11;
        red +=
          w00 * data[p]! +
          w01 * data[p + right]! +
          w10 * data[p + below]! +
          w11 * data[p + below + right]!;
        green +=
          w00 * data[p + 1]! +
          w01 * data[p + right + 1]! +
          w10 * data[p + below + 1]! +
          w11 * data[p + below + right + 1]!;
        blue +=
          w00 * data[p + 2]! +
          w01 * data[p + right + 2]! +
          w10 * data[p + below + 2]! +
          w11 * data[p + below + right + 2]!;
      }
      red *= share;
      green *= share;
      blue *= share;
      const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
      red = clamp8((grey + (red - grey) * saturation) * gain[0] + bias[0]);
      green = clamp8((grey + (green - grey) * saturation) * gain[1] + bias[1]);
      blue = clamp8((grey + (blue - grey) * saturation) * gain[2] + bias[2]);
      const at = offset + row * widthPx + column;
      if (isYuv) {
        // BT.601, full range, as JPEG has it.
        const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        out[at] = (luma - mean[0]) * scale[0];
        out[at + plane] = ((blue - luma) * 0.564334 + 128 - mean[1]) * scale[1];
        out[at + 2 * plane] = ((red - luma) * 0.713267 + 128 - mean[2]) * scale[2];
      } else {
        out[at + redPlane * plane] = (red - mean[redPlane]!) * scale[redPlane]!;
        out[at + plane] = (green - mean[1]) * scale[1];
        out[at + (2 - redPlane) * plane] = (blue - mean[2 - redPlane]!) * scale[2 - redPlane]!;
      }
    }
  }
}

const clamp8 = (value: number): number => Math.min(255, Math.max(0, value));

/** Draws a class map through the same map, nearest neighbour; outside the picture stands 255 (void). */
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
