import { type SampleGrid, type SourcePlane, weightOne } from './sample-grid.js';

/**
 * Samples `count` input pixels from `start` on, one byte channel of a plane, into out[outStart..]: grey levels 0..255.
 * Pixels outside the picture become `padValue`.
 */
export function sampleRow(
  pixels: Uint8Array,
  grid: SampleGrid,
  plane: SourcePlane,
  channel: number,
  start: number,
  count: number,
  padValue: number,
  out: Float32Array,
): void {
  if (grid.boxWidthPx === 1 && grid.boxHeightPx === 1) {
    sampleBilinear(pixels, grid, plane, channel, start, count, padValue, out);
  } else {
    sampleBoxes(pixels, grid, plane, channel, start, count, padValue, out);
  }
}

function sampleBilinear(
  pixels: Uint8Array,
  grid: SampleGrid,
  plane: SourcePlane,
  channel: number,
  start: number,
  count: number,
  padValue: number,
  out: Float32Array,
): void {
  const { offsets, weights } = grid;
  const right = plane.pixelBytes;
  const below = plane.strideBytes;
  const unit = 1 / (weightOne * weightOne);
  for (let i = 0; i < count; i++) {
    const offset = offsets[start + i]!;
    if (offset < 0) {
      out[i] = padValue;
      continue;
    }
    const packed = weights[start + i]!;
    const farX = packed & 0xffff;
    const farY = packed >> 16;
    const at = offset + channel;
    const a = pixels[at]!;
    const c = pixels[at + below]!;
    const top = (a << 11) + Math.imul(pixels[at + right]! - a, farX);
    const bottom = (c << 11) + Math.imul(pixels[at + below + right]! - c, farX);
    out[i] = ((top << 11) + Math.imul(bottom - top, farY)) * unit;
  }
}

function sampleBoxes(
  pixels: Uint8Array,
  grid: SampleGrid,
  plane: SourcePlane,
  channel: number,
  start: number,
  count: number,
  padValue: number,
  out: Float32Array,
): void {
  const { offsets, weights, boxWidthPx, boxHeightPx } = grid;
  const step = plane.pixelBytes;
  const below = plane.strideBytes;
  const lastX = boxWidthPx * step;
  const unit = 1 / (weightOne * weightOne * boxWidthPx * boxHeightPx);
  for (let i = 0; i < count; i++) {
    const offset = offsets[start + i]!;
    if (offset < 0) {
      out[i] = padValue;
      continue;
    }
    const packed = weights[start + i]!;
    const farX = packed & 0xffff;
    const farY = packed >> 16;
    let sum = 0;
    let at = offset + channel;
    for (let row = 0; row <= boxHeightPx; row++) {
      const end = at + lastX;
      const first = pixels[at]!;
      let inner = first;
      for (let p = at + step; p < end; p += step) inner += pixels[p]!;
      // The near edge counts 1 - farX, the far edge farX, what lies between counts whole.
      const rowSum = (inner << 11) + Math.imul(pixels[end]! - first, farX);
      const weight = row === 0 ? weightOne - farY : row === boxHeightPx ? farY : weightOne;
      sum += rowSum * weight;
      at += below;
    }
    out[i] = sum * unit;
  }
}
