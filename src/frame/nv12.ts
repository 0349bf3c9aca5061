import { type FrameLayout, rowBytes } from './frame.js';

const clamped = (value: number): number => Math.max(0, Math.min(255, value));

/**
 * A frame as packed rgb8, for people to look at: rgb8 without its padding, NV12 by BT.601 of limited range (ITU-R
 * BT.601-7, 2.5.3). Allocates the picture.
 */
export function toPackedRgb(pixels: Uint8Array, layout: FrameLayout): Uint8Array {
  const { format, widthPx, heightPx, strideBytes } = layout;
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  const chromaAt = strideBytes * heightPx;
  for (let y = 0; y < heightPx; y++) {
    const row = y * strideBytes;
    if (format === 'rgb8') {
      const bytes = rowBytes(format, widthPx);
      rgb.set(pixels.subarray(row, row + bytes), y * bytes);
      continue;
    }
    const chroma = chromaAt + (y >> 1) * strideBytes;
    for (let x = 0; x < widthPx; x++) {
      const luma = 1.164 * (pixels[row + x]! - 16);
      const u = pixels[chroma + (x & ~1)]! - 128;
      const v = pixels[chroma + (x | 1)]! - 128;
      const at = (y * widthPx + x) * 3;
      rgb[at] = clamped(luma + 1.596 * v);
      rgb[at + 1] = clamped(luma - 0.392 * u - 0.813 * v);
      rgb[at + 2] = clamped(luma + 2.017 * u);
    }
  }
  return rgb;
}
