/** Bins between the thresholds that are tried. */
const stride = 8;
/** Count of an empty bin if it is a divisor. */
const countOfNothing = 1e-4;

/**
 * The number of bins to keep, such that the kept distribution, with clipped values added to the last bin and
 * then rounded to `levels` levels, diverges least from the unrounded one (Kullback and Leibler; Migacz 2017, "8-bit
 * inference with TensorRT"). `magnitudes[i]` counts values whose absolute value is in bin i.
 */
export function entropyThreshold(magnitudes: Float64Array, levels: number): number {
  let used = magnitudes.length;
  while (used > 0 && magnitudes[used - 1] === 0) used--;
  if (used <= levels) return used;
  let best = used;
  let least = Infinity;
  for (
    let bins = levels;
    bins <= used;
    bins = bins < used ? Math.min(bins + stride, used) : used + 1
  ) {
    const divergence = roundedDivergence(magnitudes, bins, levels);
    if (divergence < least) {
      least = divergence;
      best = bins;
    }
  }
  return best;
}

/** Divergence in nats of the first `bins` bins, rounded to `levels`, from the same with clipped values in the last bin. */
export function roundedDivergence(magnitudes: Float64Array, bins: number, levels: number): number {
  const kept = magnitudes.subarray(0, bins);
  const clipped = magnitudes.subarray(bins).reduce((sum, count) => sum + count, 0);
  const sumKept = kept.reduce((sum, count) => sum + count, 0);
  if (sumKept === 0) return Infinity;
  const sum = sumKept + clipped;
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * bins) / levels);
    const to = Math.floor(((level + 1) * bins) / levels);
    let inLevel = 0;
    let filled = 0;
    for (let i = from; i < to; i++) {
      inLevel += kept[i]!;
      if (kept[i]! > 0) filled++;
    }
    // A level's values are spread evenly over those of its bins that were not empty.
    const rounded = inLevel / filled / sumKept;
    for (let i = from; i < to; i++) {
      const count = kept[i]! + (i === bins - 1 ? clipped : 0);
      if (count === 0) continue;
      const share = count / sum;
      // Clipped values on an empty bin: the rounded distribution has almost none there.
      const known = kept[i] === 0 ? countOfNothing / sumKept : rounded;
      divergence += share * Math.log(share / known);
    }
  }
  return divergence;
}
