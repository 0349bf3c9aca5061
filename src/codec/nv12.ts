import type { FrameLayout } from '../frame/frame.js';

/** Converts an NV12 frame (BT.601, limited range, as in video) to packed rgb8 of the same size, in `rgb`. */
export function fillRgbFromNv12(
  pixels: Uint8Array,
  { widthPx, heightPx, strideBytes }: FrameLayout,
  rgb: Uint8Array,
): void {
  const chromaAt = strideBytes * heightPx;
  for (let y = 0, to = 0; y < heightPx; y++) {
    const row = y * strideBytes;
    const chroma = chromaAt + (y >> 1) * strideBytes;
    for (let x = 0; x < widthPx; x++, to += 3) {
      // ITU-R BT.601, with 8 fraction bits.
      const luma = 298 * (pixels[row + x]! - 16) + 128;
      const u = pixels[chroma + (x & ~1)]! - 128;
      const v = pixels[chroma + (x | 1)]! - 128;
      rgb[to] = clamped((luma + 409 * v) >> 8);
      rgb[to + 1] = clamped((luma - 100 * u - 208 * v) >> 8);
      rgb[to + 2] = clamped((luma + 516 * u) >> 8);
    }
  }
}

const clamped = (value: number) => Math.max(0, Math.min(255, value));
