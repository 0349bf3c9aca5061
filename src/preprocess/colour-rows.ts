import type { RgbTarget } from './sample-rgb.js';

/** BT.601 full range (JPEG): rows Y, U, V; columns red, green, blue. U and V are then offset by 128. */
export const yuvFromRgb = [
  [0.299, 0.587, 0.114],
  [-0.168736, -0.331264, 0.5],
  [0.5, -0.418688, -0.081312],
] as const;

/**
 * Writes one row of colours to its target, unchanged or converted to YUV; a pixel's values are `step` entries after the
 * previous pixel's. `rgb` holds three rows of `count` values 0..255, one after the other. With `asYuv` the target's
 * three channels are Y, U, V.
 */
export function writeColourRow(
  rgb: Float32Array,
  count: number,
  asYuv: boolean,
  target: RgbTarget,
  step: number,
): void {
  const { out } = target;
  for (let channel = 0; channel < 3; channel++) {
    const start = target.starts[channel]!;
    const scale = target.scale[channel]!;
    const bias = target.bias[channel]!;
    if (!asYuv) {
      const row = channel * count;
      for (let i = 0; i < count; i++) out[start + i * step] = rgb[row + i]! * scale + bias;
      continue;
    }
    const [fromRed, fromGreen, fromBlue] = yuvFromRgb[channel]!;
    const offset = channel === 0 ? 0 : 128;
    for (let i = 0; i < count; i++) {
      const value =
        rgb[i]! * fromRed + rgb[count + i]! * fromGreen + rgb[2 * count + i]! * fromBlue + offset;
      out[start + i * step] = value * scale + bias;
    }
  }
}

/**
 * Converts a row of video's Y, U, V (BT.601, limited range: Y 16..235, U and V 16..240) to red, green, blue in place,
 * clamped to 0..255. Entries whose `offsets` are below 0 are padding, which is already RGB.
 */
export function rgbFromVideoYuv(
  rows: Float32Array,
  count: number,
  offsets: Int32Array,
  start: number,
): void {
  for (let i = 0; i < count; i++) {
    if (offsets[start + i]! < 0) continue;
    const y = (rows[i]! - 16) * (255 / 219);
    const u = (rows[count + i]! - 128) * (255 / 224);
    const v = (rows[2 * count + i]! - 128) * (255 / 224);
    rows[i] = Math.min(255, Math.max(0, y + 1.402 * v));
    rows[count + i] = Math.min(255, Math.max(0, y - 0.344136 * u - 0.714136 * v));
    rows[2 * count + i] = Math.min(255, Math.max(0, y + 1.772 * u));
  }
}
