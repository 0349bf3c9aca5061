import { Random } from '../../world/random.js';

/** Length of the noise table; indices are taken modulo this. */
export const noiseLength = 1 << 16;

const noiseTable = makeNoiseTable();

function makeNoiseTable(): Int16Array {
  const random = new Random(7, 7);
  // 16 is one standard deviation.
  return Int16Array.from({ length: noiseLength }, () => Math.round(random.normal() * 16));
}

let knownNoise: { strength: number; values: Int16Array } | undefined;

/**
 * The noise table scaled to a strength (16 is a standard deviation of one grey level), in grey levels; shared by a
 * drive's frames.
 */
export function noiseOf(strength: number): Int16Array {
  if (knownNoise?.strength !== strength)
    knownNoise = { strength, values: noiseTable.map((value) => (value * strength) >> 8) };
  return knownNoise.values;
}
