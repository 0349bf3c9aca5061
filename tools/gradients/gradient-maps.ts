import { mulberry32 } from '../../src/bundle/golden.js';
import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { AskedNetwork } from './asked-network.js';

/** Values by pixel of the network's input, row-major; not yet scaled to 0..1. */
export interface PixelValues {
  rows: number;
  columns: number;
  values: Float32Array;
}

/** How strongly the score changes with each pixel: the sum of |gradient| over the channels (Simonyan et al. 2013). */
export function plainGradient(asked: AskedNetwork, spec: InputSpec, input: Float32Array) {
  return overChannels(spec, asked.backward(input).input);
}

export interface SmoothOptions {
  /** Noisy copies that are averaged. */
  samples?: number;
  /** Standard deviation of the noise as a share of the input's range. */
  noise?: number;
  seed?: number;
}

/** SmoothGrad (Smilkov et al. 2017): the mean gradient over copies with Gaussian noise. */
export function smoothGradient(
  asked: AskedNetwork,
  spec: InputSpec,
  input: Float32Array,
  { samples = 20, noise = 0.1, seed = 1 }: SmoothOptions = {},
): PixelValues {
  const random = mulberry32(seed);
  const [low, high] = rangeOf(input);
  const deviation = noise * (high - low);
  const sum = new Float32Array(input.length);
  for (let sample = 0; sample < samples; sample++) {
    const noisy = input.map((value) => value + deviation * gaussian(random));
    add(sum, asked.backward(noisy).input, 1 / samples);
  }
  return overChannels(spec, sum);
}

/**
 * Integrated gradients (Sundararajan et al. 2017): the mean gradient on the straight line from a black picture to the input,
 * times their difference. `attributions` has the input's shape; its sum is the score minus the black picture's, up to the
 * error of the steps (midpoint rule).
 */
export function integratedGradients(
  asked: AskedNetwork,
  input: Float32Array,
  baseline: Float32Array,
  steps = 50,
): Float32Array {
  const sum = new Float32Array(input.length);
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps;
    const between = input.map((value, i) => baseline[i]! + share * (value - baseline[i]!));
    add(sum, asked.backward(between).input, 1 / steps);
  }
  return sum.map((mean, i) => mean * (input[i]! - baseline[i]!));
}

/** A black picture as the network's input. */
export function blackInput(
  { mean, scale, colour, layout }: InputSpec,
  length: number,
): Float32Array {
  // In YUV, black has U and V at the middle of their range.
  const black = colour === 'yuv' ? [0, 128, 128] : [0, 0, 0];
  const levels = black.map((level, c) => (level - mean[c]!) * scale[c]!);
  const pixels = length / 3;
  return Float32Array.from({ length }, (_, i) =>
    layout === 'nchw' ? levels[Math.floor(i / pixels)]! : levels[i % 3]!,
  );
}

/**
 * Grad-CAM (Selvaraju et al. 2017) of one layer [1, channels, rows, columns]: its maps weighted by the mean of their
 * gradients, with negative values set to 0.
 */
export function gradCam(
  value: Float32Array,
  gradient: Float32Array,
  [, channels, rows, columns]: readonly number[],
): PixelValues {
  const places = rows! * columns!;
  const values = new Float32Array(places);
  for (let channel = 0; channel < channels!; channel++) {
    const start = channel * places;
    let weight = 0;
    for (let i = 0; i < places; i++) weight += gradient[start + i]! / places;
    for (let i = 0; i < places; i++) values[i]! += weight * value[start + i]!;
  }
  return { rows: rows!, columns: columns!, values: values.map((each) => Math.max(0, each)) };
}

/** Combines each pixel's three channels: |first| + |second| + |third|, or with `signed` |first + second + third|. */
export function overChannels(
  { widthPx, heightPx, layout }: InputSpec,
  values: Float32Array,
  signed = false,
): PixelValues {
  const pixels = widthPx * heightPx;
  const at = (channel: number, pixel: number) =>
    values[layout === 'nchw' ? channel * pixels + pixel : pixel * 3 + channel]!;
  const sums = Float32Array.from({ length: pixels }, (_, i) =>
    signed
      ? Math.abs(at(0, i) + at(1, i) + at(2, i))
      : Math.abs(at(0, i)) + Math.abs(at(1, i)) + Math.abs(at(2, i)),
  );
  return { rows: heightPx, columns: widthPx, values: sums };
}

function add(sum: Float32Array, part: Float32Array, weight: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]! * weight;
}

function rangeOf(values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** A normal random number (Box and Muller). */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
