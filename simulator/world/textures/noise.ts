import type { Random } from '../random.js';

/** A square of smooth noise that tiles, values 0..1, mean about 0.5; `sizePx` is a power of two. */
export interface NoiseField {
  sizePx: number;
  values: Float32Array;
}

/** Sum of value-noise octaves, from `cells` lattice cells per side; each finer one is `gain` times as strong. */
export function fractalNoise(
  random: Random,
  sizePx: number,
  cells: number,
  octaves: number,
  gain = 0.5,
): NoiseField {
  const values = new Float32Array(sizePx * sizePx);
  let strength = 1;
  let total = 0;
  for (let octave = 0; octave < octaves && cells << octave <= sizePx; octave++) {
    addOctave(values, random, sizePx, cells << octave, strength);
    total += strength;
    strength *= gain;
  }
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / total;
  return { sizePx, values };
}

function addOctave(
  values: Float32Array,
  random: Random,
  sizePx: number,
  cells: number,
  strength: number,
): void {
  const lattice = new Float32Array(cells * cells);
  for (let i = 0; i < lattice.length; i++) lattice[i] = random.next() * strength;
  const mask = cells - 1;
  const scale = cells / sizePx;
  // The same for every row.
  const columnsA = new Uint32Array(sizePx);
  const columnsB = new Uint32Array(sizePx);
  const shares = new Float64Array(sizePx);
  for (let x = 0; x < sizePx; x++) {
    const gx = x * scale;
    const x0 = Math.floor(gx);
    columnsA[x] = x0 & mask;
    columnsB[x] = (x0 + 1) & mask;
    shares[x] = smooth(gx - x0);
  }
  for (let y = 0; y < sizePx; y++) {
    const gy = y * scale;
    const y0 = Math.floor(gy);
    const fy = smooth(gy - y0);
    const rowA = (y0 & mask) * cells;
    const rowB = ((y0 + 1) & mask) * cells;
    const row = y * sizePx;
    for (let x = 0; x < sizePx; x++) {
      const fx = shares[x]!;
      const xa = columnsA[x]!;
      const xb = columnsB[x]!;
      const topA = lattice[rowA + xa]!;
      const lowA = lattice[rowB + xa]!;
      const top = topA + (lattice[rowA + xb]! - topA) * fx;
      const low = lowA + (lattice[rowB + xb]! - lowA) * fx;
      values[row + x] = values[row + x]! + top + (low - top) * fy;
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
