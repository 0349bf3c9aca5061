import type { InputSpec } from '../../src/bundle/input-spec.js';

/** Limits of an input's changes: how far each value may move, and the range of a picture, in the input's own units. */
export interface InputBounds {
  epsilon: number;
  low: number;
  high: number;
}

/** Bounds of each of the three channels, from grey levels of 0 to 255. */
export function channelBounds({ mean, scale }: InputSpec, epsilonLevels: number): InputBounds[] {
  return [0, 1, 2].map((c) => {
    const ends = [(0 - mean[c]!) * scale[c]!, (255 - mean[c]!) * scale[c]!];
    return {
      epsilon: epsilonLevels * Math.abs(scale[c]!),
      low: Math.min(...ends),
      high: Math.max(...ends),
    };
  });
}

/** The channel of each value of one item. */
export function channelOf({ layout }: InputSpec, itemLength: number): (place: number) => number {
  const plane = itemLength / 3;
  return layout === 'nchw'
    ? (place) => Math.floor((place % itemLength) / plane)
    : (place) => place % 3;
}

/** The nearest value within epsilon of the clean one that a picture can have. */
export function heldWithin(
  value: number,
  clean: number,
  { epsilon, low, high }: InputBounds,
): number {
  const near = Math.min(clean + epsilon, Math.max(clean - epsilon, value));
  // Rounding may put normalised pictures slightly outside: the clean value is always allowed.
  return Math.min(Math.max(high, clean), Math.max(Math.min(low, clean), near));
}
