import { type SampledPlane, weightOne } from './sample-grid.js';

/**
 * Samples `count` pixels, from entry `start` of the grid on, from one byte channel of a plane, and writes values 0..255
 * to out[outStart..]. Pixels outside the picture become `padValue`.
 */
export function samplePlane(
  pixels: Uint8Array,
  { source, grid }: SampledPlane,
  channel: number,
  start: number,
  count: number,
  padValue: number,
  out: Float32Array,
  outStart: number,
): void {
  const { offsets, weights, boxWidthPx, boxHeightPx } = grid;
  const { strideBytes, pixelBytes } = source;
  const lastX = boxWidthPx * pixelBytes;
  const unit = 1 / (weightOne * weightOne * boxWidthPx * boxHeightPx);
  for (let i = 0; i < count; i++) {
    const offset = offsets[start + i]!;
    if (offset < 0) {
      out[outStart + i] = padValue;
      continue;
    }
    const packed = weights[start + i]!;
    const farX = packed & 0xffff;
    const farY = packed >> 16;
    let sum = 0;
    let p = offset + channel;
    for (let row = 0; row <= boxHeightPx; row++) {
      const end = p + lastX;
      const first = pixels[p]!;
      let whole = first;
      for (let q = p + pixelBytes; q < end; q += pixelBytes) whole += pixels[q]!;
      // The near edge counts 1 - farX, the far edge farX, pixels between them count fully; likewise for rows.
      const rowSum = (whole << 11) + Math.imul(pixels[end]! - first, farX);
      sum += rowSum * (row === 0 ? weightOne - farY : row === boxHeightPx ? farY : weightOne);
      p += strideBytes;
    }
    out[outStart + i] = sum * unit;
  }
}
