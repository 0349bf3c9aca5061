import { createRandom } from '../../train/random.js';

/** One filter: `channels` planes of `rows` by `columns` weights, one after the other. */
export interface Filter {
  channels: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

/**
 * How noisy a filter is: the mean squared difference of neighbouring weights over their variance (the ratio of von
 * Neumann, Kent, Bellinson and Hart 1941, taken along rows and columns of each plane). Random weights average 2, a
 * smooth filter has less, an alternating one up to 4. Undefined if all weights of the filter are equal.
 */
export function filterNoise({ channels, rows, columns, values }: Filter): number | undefined {
  const places = rows * columns;
  let [differences, pairs, squares] = [0, 0, 0];
  const count = (a: number, b: number) => {
    differences += (values[a]! - values[b]!) ** 2;
    pairs++;
  };
  for (let channel = 0; channel < channels; channel++) {
    const plane = values.subarray(channel * places, (channel + 1) * places);
    const mean = plane.reduce((sum, value) => sum + value, 0) / places;
    squares += plane.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const i = channel * places + y * columns + x;
        if (x + 1 < columns) count(i, i + 1);
        if (y + 1 < rows) count(i, i + columns);
      }
  }
  // n numbers around their own mean have n - 1 degrees of freedom.
  const variance = squares / (channels * Math.max(1, places - 1));
  return variance > 0 && pairs > 0 ? differences / pairs / variance : undefined;
}

const shuffles = 200;

/**
 * Whether a filter is smoother than chance: it is less noisy than 19 in 20 shuffles of its own weights within their
 * planes (a permutation test at 5 %).
 */
export function isSmooth(filter: Filter, seed = 1): boolean {
  const noise = filterNoise(filter);
  if (noise === undefined) return false;
  const random = createRandom(seed);
  const places = filter.rows * filter.columns;
  const values = Float32Array.from(filter.values);
  let smoother = 0;
  for (let turn = 0; turn < shuffles; turn++) {
    for (let start = 0; start < values.length; start += places)
      for (let i = places - 1; i > 0; i--) {
        const [a, b] = [start + i, start + random.below(i + 1)];
        [values[a], values[b]] = [values[b]!, values[a]!];
      }
    if (filterNoise({ ...filter, values })! <= noise) smoother++;
  }
  return smoother < shuffles * 0.05;
}
