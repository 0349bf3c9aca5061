/** One of the searched frames, with its distance. */
export interface Neighbour {
  index: number;
  /** Euclidean. */
  distance: number;
}

/** Number of dimensions summed between checks whether the code can still be among the nearest. */
const stride = 8;

/**
 * The `count` nearest codes, nearest first, exactly: every code is read, but abandoned as soon as its partial
 * distance exceeds that of the worst one kept. `codes` is row-major, `dims` (a multiple of 8) numbers per row. Ties
 * go by index.
 */
export function nearest(
  codes: Float32Array,
  dims: number,
  query: Float32Array,
  count: number,
): Neighbour[] {
  const rows = codes.length / dims;
  const kept = Math.min(count, rows);
  const best = new Float64Array(kept).fill(Number.POSITIVE_INFINITY);
  const indices = new Int32Array(kept).fill(-1);
  let limit = Number.POSITIVE_INFINITY;
  for (let row = 0, base = 0; row < rows; row++, base += dims) {
    let sum = 0;
    for (let from = 0; from < dims && sum < limit; from += stride) {
      const at = base + from;
      const d0 = codes[at]! - query[from]!;
      const d1 = codes[at + 1]! - query[from + 1]!;
      const d2 = codes[at + 2]! - query[from + 2]!;
      const d3 = codes[at + 3]! - query[from + 3]!;
      const d4 = codes[at + 4]! - query[from + 4]!;
      const d5 = codes[at + 5]! - query[from + 5]!;
      const d6 = codes[at + 6]! - query[from + 6]!;
      const d7 = codes[at + 7]! - query[from + 7]!;
      sum += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3 + d4 * d4 + d5 * d5 + d6 * d6 + d7 * d7;
    }
    // Also rejects NaN.
    if (!(sum < limit)) continue;
    // Only a few are kept, for which insertion is cheaper than a heap.
    let place = kept - 1;
    while (place > 0 && best[place - 1]! > sum) {
      best[place] = best[place - 1]!;
      indices[place] = indices[place - 1]!;
      place--;
    }
    best[place] = sum;
    indices[place] = row;
    limit = best[kept - 1]!;
  }
  const found = Array.from(indices, (index, place) => ({
    index,
    distance: Math.sqrt(best[place]!),
  }));
  return found.filter(({ index }) => index >= 0);
}
