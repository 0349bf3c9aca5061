import type { RgbImage } from '../datasets/sample.js';
import type { Random } from '../train/random.js';

/** How strong, from hardly visible to hardly usable. */
export const strengths = [1, 2, 3, 4, 5] as const;
export type Strength = (typeof strengths)[number];

/**
 * What weather, a lens or a camera does to a picture. Pure: the same picture, strength and random stream give the
 * same bytes; the input picture is not changed. Lengths scale with the picture's shorter edge, so that crops and
 * frames are affected alike.
 */
export type Corruption = (picture: RgbImage, strength: Strength, random: Random) => RgbImage;

/** Picks the value for a strength from a list of five. */
export const at = (values: readonly [number, number, number, number, number], strength: Strength) =>
  values[strength - 1]!;

export const shorterEdgePx = ({ widthPx, heightPx }: RgbImage) => Math.min(widthPx, heightPx);

/** A picture of the same size with a function applied to every value; `i` counts bytes. */
export function mapped(
  { widthPx, heightPx, data }: RgbImage,
  value: (level: number, i: number) => number,
): RgbImage {
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) out[i] = value(data[i]!, i);
  return { widthPx, heightPx, data: new Uint8Array(out.buffer) };
}

/** A picture resampled from other places of this one, bilinearly; beyond the edge the edge repeats. */
export function moved(
  picture: RgbImage,
  from: (xPx: number, yPx: number) => readonly [xPx: number, yPx: number],
): RgbImage {
  const { widthPx, heightPx, data } = picture;
  const out = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, to += 3) {
      const [fromX, fromY] = from(x, y);
      const u = Math.min(widthPx - 1, Math.max(0, fromX));
      const v = Math.min(heightPx - 1, Math.max(0, fromY));
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [dx, dy] = [u - left, v - top];
      const right = left + 1 < widthPx ? 3 : 0;
      const below = top + 1 < heightPx ? widthPx * 3 : 0;
      const p = (top * widthPx + left) * 3;
      for (let c = 0; c < 3; c++) {
        const upper = data[p + c]! * (1 - dx) + data[p + right + c]! * dx;
        const lower = data[p + below + c]! * (1 - dx) + data[p + below + right + c]! * dx;
        out[to + c] = upper * (1 - dy) + lower * dy + 0.5;
      }
    }
  return { widthPx, heightPx, data: out };
}

/** The mean over `steps` places around each pixel, given as offsets in pixels. */
export function meanOf(
  picture: RgbImage,
  steps: readonly (readonly [xPx: number, yPx: number])[],
): RgbImage {
  const { widthPx, heightPx, data } = picture;
  const sum = new Float32Array(data.length);
  for (const [stepX, stepY] of steps)
    for (let y = 0; y < heightPx; y++) {
      const row = Math.min(heightPx - 1, Math.max(0, y + stepY)) * widthPx;
      for (let x = 0; x < widthPx; x++) {
        const from = (row + Math.min(widthPx - 1, Math.max(0, x + stepX))) * 3;
        const to = (y * widthPx + x) * 3;
        sum[to]! += data[from]!;
        sum[to + 1]! += data[from + 1]!;
        sum[to + 2]! += data[from + 2]!;
      }
    }
  const out = Uint8Array.from(sum, (total) => total / steps.length + 0.5);
  return { widthPx, heightPx, data: out };
}
