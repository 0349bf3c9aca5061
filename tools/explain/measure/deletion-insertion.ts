import type { InputSpec } from '../../../src/bundle/input-spec.js';

/** How much of the answer is kept, by the share of changed pixels: 0, 1/steps, ... 1. */
export interface KeptCurves {
  deletion: number[];
  insertion: number[];
}

const channelPlace = ({ widthPx, heightPx, layout }: InputSpec, channel: number, pixel: number) =>
  layout === 'nchw' ? channel * widthPx * heightPx + pixel : pixel * 3 + channel;

/**
 * Deletion and insertion (Petsiuk et al. 2018, "RISE"). Deletion replaces pixels by the picture's mean, the most
 * important first: the sooner the answer changes, the better. Insertion restores pixels of a blurred picture in the
 * same order. `kept` returns how much of the answer an input still gives.
 */
export function keptCurves(
  spec: InputSpec,
  input: Float32Array,
  order: Uint32Array,
  kept: (input: Float32Array) => number,
  steps = 16,
): KeptCurves {
  const mean = meanInput(spec, input);
  return {
    deletion: curve(spec, input, mean, order, kept, steps),
    insertion: curve(spec, blurred(spec, input), input, order, kept, steps),
  };
}

function curve(
  spec: InputSpec,
  from: Float32Array,
  to: Float32Array,
  order: Uint32Array,
  kept: (input: Float32Array) => number,
  steps: number,
): number[] {
  const changed = Float32Array.from(from);
  const points = [kept(changed)];
  for (let step = 1, done = 0; step <= steps; step++) {
    const until = Math.round((order.length * step) / steps);
    for (; done < until; done++)
      for (let channel = 0; channel < 3; channel++) {
        const place = channelPlace(spec, channel, order[done]!);
        changed[place] = to[place]!;
      }
    points.push(kept(changed));
  }
  return points;
}

/** The area under a curve over 0..1, by trapezoids. */
export function areaUnder(points: readonly number[]): number {
  const inner = points.slice(1, -1).reduce((sum, value) => sum + value, 0);
  return (inner + (points[0]! + points.at(-1)!) / 2) / (points.length - 1);
}

/** An input with every pixel set to the mean of its channel. */
export function meanInput(spec: InputSpec, input: Float32Array): Float32Array {
  const pixels = spec.widthPx * spec.heightPx;
  const mean = new Float32Array(input.length);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let i = 0; i < pixels; i++) sum += input[channelPlace(spec, channel, i)]!;
    for (let i = 0; i < pixels; i++) mean[channelPlace(spec, channel, i)] = sum / pixels;
  }
  return mean;
}

/** Three box means over an eighth of the picture, along each axis: nearly a Gaussian. */
export function blurred(spec: InputSpec, input: Float32Array): Float32Array {
  const { widthPx, heightPx } = spec;
  const radius = Math.max(1, Math.round(Math.min(widthPx, heightPx) / 16));
  const out = Float32Array.from(input);
  for (let channel = 0; channel < 3; channel++)
    for (let round = 0; round < 3; round++) {
      for (let y = 0; y < heightPx; y++)
        meanAlong(out, widthPx, radius, (x) => channelPlace(spec, channel, y * widthPx + x));
      for (let x = 0; x < widthPx; x++)
        meanAlong(out, heightPx, radius, (y) => channelPlace(spec, channel, y * widthPx + x));
    }
  return out;
}

function meanAlong(
  values: Float32Array,
  count: number,
  radius: number,
  placeOf: (i: number) => number,
): void {
  const line = Float32Array.from({ length: count }, (_, i) => values[placeOf(i)]!);
  for (let i = 0; i < count; i++) {
    const [from, to] = [Math.max(0, i - radius), Math.min(count - 1, i + radius)];
    let sum = 0;
    for (let j = from; j <= to; j++) sum += line[j]!;
    values[placeOf(i)] = sum / (to - from + 1);
  }
}
