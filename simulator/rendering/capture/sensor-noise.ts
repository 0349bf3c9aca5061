import { Random } from '../../world/random.js';

/** Values of the noise table; an index is taken modulo this. */
export const noiseLength = 1 << 16;

const noiseTable = makeNoiseTable();

function makeNoiseTable(): Int16Array {
  const random = new Random(7, 7);
  // 16 is one deviation.
  return Int16Array.from({ length: noiseLength }, () => Math.round(random.normal() * 16));
}

let knownNoise: { strength: number; values: Int16Array } | undefined;

/** The noise table at a strength, 16 for a deviation of one grey level, in grey levels: a drive's frames have it in common. */
export function noiseOf(strength: number): Int16Array {
  if (knownNoise?.strength !== strength)
    knownNoise = { strength, values: noiseTable.map((value) => (value * strength) >> 8) };
  return knownNoise.values;
}
