import type { FrameLayout } from '../frame/frame.js';
import { fillRgbFromNv12 } from './nv12.js';

/** Copies a frame of any format and stride into packed rgb8 of the same size: `rgb` holds width x height x 3 bytes. */
export function fillPackedRgb(pixels: Uint8Array, layout: FrameLayout, rgb: Uint8Array): void {
  const { format, widthPx, heightPx, strideBytes } = layout;
  if (format === 'nv12') fillRgbFromNv12(pixels, layout, rgb);
  else
    for (let y = 0; y < heightPx; y++) {
      const row = pixels.subarray(y * strideBytes, y * strideBytes + widthPx * 3);
      rgb.set(row, y * widthPx * 3);
    }
}
