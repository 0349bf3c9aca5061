import { type SampleGrid, weightOne } from './sample-grid.js';

/** How values 0..255 become the tensor's: value * scale[c] + bias[c] for channel c of red, green, blue or Y, U, V. */
export interface Normalisation {
  readonly scale: readonly [number, number, number];
  readonly bias: readonly [number, number, number];
}

/**
 * Where sampled colours go, and how: channel c of the i-th pixel becomes value * scale[c] + bias[c] at
 * out[starts[c] + i]. Channels are red, green, blue; each has its own plane (or row).
 */
export interface RgbTarget extends Normalisation {
  out: Float32Array;
  readonly starts: [number, number, number];
}

/**
 * Samples `count` pixels, from entry `start` of the grid on, from interleaved RGB with `strideBytes` per row. Pixels
 * outside the picture become `padding`: red, green, blue, 0..255.
 *
 * The three kernels differ only in the box and are written out channel by channel: a loop over the channels took
 * 1.2 to 1.8 times as long, and boxes of 2 x 2 in the general kernel 1.8 times (Node 20, 1280x720 to 480x360).
 */
export function sampleRgb(
  pixels: Uint8Array,
  strideBytes: number,
  grid: SampleGrid,
  start: number,
  count: number,
  padding: readonly [number, number, number],
  target: RgbTarget,
): void {
  const { boxWidthPx, boxHeightPx } = grid;
  const kernel =
    boxWidthPx === 1 && boxHeightPx === 1
      ? sampleBilinear
      : boxWidthPx === 2 && boxHeightPx === 2
        ? samplePairs
        : sampleBoxes;
  kernel(pixels, strideBytes, grid, start, count, padding, target);
}

type Kernel = typeof sampleRgb;
type Padding = Parameters<Kernel>[5];

/** Boxes of 1 x 1: four pixels, weighted. */
const sampleBilinear: Kernel = (pixels, strideBytes, grid, start, count, padding, target) => {
  const { offsets, weights } = grid;
  const { out } = target;
  const unit = 1 / (weightOne * weightOne);
  const [biasR, biasG, biasB] = target.bias;
  const scaleR = target.scale[0] * unit;
  const scaleG = target.scale[1] * unit;
  const scaleB = target.scale[2] * unit;
  const [startR, startG, startB] = target.starts;
  for (let i = 0; i < count; i++) {
    const p = offsets[start + i]!;
    if (p < 0) {
      writePadding(target, i, padding);
    } else {
      const packed = weights[start + i]!;
      const farX = packed & 0xffff;
      const farY = packed >> 16;
      const q = p + strideBytes;
      const w11 = Math.imul(farX, farY);
      const w10 = (farY << 11) - w11;
      const w01 = (farX << 11) - w11;
      const w00 = (1 << 22) - (farX << 11) - w10;
      const red =
        Math.imul(pixels[p]!, w00) +
        Math.imul(pixels[p + 3]!, w01) +
        Math.imul(pixels[q]!, w10) +
        Math.imul(pixels[q + 3]!, w11);
      const green =
        Math.imul(pixels[p + 1]!, w00) +
        Math.imul(pixels[p + 4]!, w01) +
        Math.imul(pixels[q + 1]!, w10) +
        Math.imul(pixels[q + 4]!, w11);
      const blue =
        Math.imul(pixels[p + 2]!, w00) +
        Math.imul(pixels[p + 5]!, w01) +
        Math.imul(pixels[q + 2]!, w10) +
        Math.imul(pixels[q + 5]!, w11);
      // The sums stay below 2^30, so `| 0` changes nothing but tells the compiler that they are integers.
      out[startR + i] = (red | 0) * scaleR + biasR;
      out[startG + i] = (green | 0) * scaleG + biasG;
      out[startB + i] = (blue | 0) * scaleB + biasB;
    }
  }
};

/** Boxes of 2 x 2: nine pixels, of which the middle row and column count fully. */
const samplePairs: Kernel = (pixels, strideBytes, grid, start, count, padding, target) => {
  const { offsets, weights } = grid;
  const { out } = target;
  const unit = 1 / (weightOne * weightOne * 4);
  const [biasR, biasG, biasB] = target.bias;
  const scaleR = target.scale[0] * unit;
  const scaleG = target.scale[1] * unit;
  const scaleB = target.scale[2] * unit;
  const [startR, startG, startB] = target.starts;
  for (let i = 0; i < count; i++) {
    const p = offsets[start + i]!;
    if (p < 0) {
      writePadding(target, i, padding);
    } else {
      const packed = weights[start + i]!;
      const farX = packed & 0xffff;
      const farY = packed >> 16;
      const q = p + strideBytes;
      const r = q + strideBytes;
      // A row is (1 - farX) * first + second + farX * third; rows are combined in the same way.
      let a = pixels[p]!;
      let b = pixels[q]!;
      let c = pixels[r]!;
      let top = ((a + pixels[p + 3]!) << 11) + Math.imul(pixels[p + 6]! - a, farX);
      let middle = ((b + pixels[q + 3]!) << 11) + Math.imul(pixels[q + 6]! - b, farX);
      let bottom = ((c + pixels[r + 3]!) << 11) + Math.imul(pixels[r + 6]! - c, farX);
      out[startR + i] = ((top + middle) * weightOne + (bottom - top) * farY) * scaleR + biasR;
      a = pixels[p + 1]!;
      b = pixels[q + 1]!;
      c = pixels[r + 1]!;
      top = ((a + pixels[p + 4]!) << 11) + Math.imul(pixels[p + 7]! - a, farX);
      middle = ((b + pixels[q + 4]!) << 11) + Math.imul(pixels[q + 7]! - b, farX);
      bottom = ((c + pixels[r + 4]!) << 11) + Math.imul(pixels[r + 7]! - c, farX);
      out[startG + i] = ((top + middle) * weightOne + (bottom - top) * farY) * scaleG + biasG;
      a = pixels[p + 2]!;
      b = pixels[q + 2]!;
      c = pixels[r + 2]!;
      top = ((a + pixels[p + 5]!) << 11) + Math.imul(pixels[p + 8]! - a, farX);
      middle = ((b + pixels[q + 5]!) << 11) + Math.imul(pixels[q + 8]! - b, farX);
      bottom = ((c + pixels[r + 5]!) << 11) + Math.imul(pixels[r + 8]! - c, farX);
      out[startB + i] = ((top + middle) * weightOne + (bottom - top) * farY) * scaleB + biasB;
    }
  }
};

/** Boxes of any size. */
const sampleBoxes: Kernel = (pixels, strideBytes, grid, start, count, padding, target) => {
  const { offsets, weights, boxWidthPx, boxHeightPx } = grid;
  const { out } = target;
  const unit = 1 / (weightOne * weightOne * boxWidthPx * boxHeightPx);
  const [biasR, biasG, biasB] = target.bias;
  const scaleR = target.scale[0] * unit;
  const scaleG = target.scale[1] * unit;
  const scaleB = target.scale[2] * unit;
  const lastX = boxWidthPx * 3;
  const [startR, startG, startB] = target.starts;
  for (let i = 0; i < count; i++) {
    let p = offsets[start + i]!;
    if (p < 0) {
      writePadding(target, i, padding);
    } else {
      const packed = weights[start + i]!;
      const farX = packed & 0xffff;
      const farY = packed >> 16;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let row = 0; row <= boxHeightPx; row++) {
        const end = p + lastX;
        const firstR = pixels[p]!;
        const firstG = pixels[p + 1]!;
        const firstB = pixels[p + 2]!;
        let sumR = firstR;
        let sumG = firstG;
        let sumB = firstB;
        for (let q = p + 3; q < end; q += 3) {
          sumR += pixels[q]!;
          sumG += pixels[q + 1]!;
          sumB += pixels[q + 2]!;
        }
        const weight = row === 0 ? weightOne - farY : row === boxHeightPx ? farY : weightOne;
        red += ((sumR << 11) + Math.imul(pixels[end]! - firstR, farX)) * weight;
        green += ((sumG << 11) + Math.imul(pixels[end + 1]! - firstG, farX)) * weight;
        blue += ((sumB << 11) + Math.imul(pixels[end + 2]! - firstB, farX)) * weight;
        p += strideBytes;
      }
      out[startR + i] = red * scaleR + biasR;
      out[startG + i] = green * scaleG + biasG;
      out[startB + i] = blue * scaleB + biasB;
    }
  }
};

function writePadding({ out, starts, scale, bias }: RgbTarget, i: number, padding: Padding): void {
  for (let channel = 0; channel < 3; channel++) {
    out[starts[channel]! + i] = padding[channel]! * scale[channel]! + bias[channel]!;
  }
}
