import { entropyThreshold } from './entropy-threshold.js';
import type { ValueRange } from './integer-range.js';
import type { ValueHistogram } from './value-histogram.js';

export const calibrationMethods = ['percentile', 'entropy', 'minmax'] as const;
export type CalibrationMethod = (typeof calibrationMethods)[number];

/**
 * The range that 8 bits should cover, from a histogram of the values.
 * - `minmax`: all values; one outlier makes every step coarser.
 * - `percentile`: all but (100 - percentile) per cent on either side.
 * - `entropy`: the range whose rounded distribution is closest to the true one (see entropyThreshold).
 */
export function clippedRange(
  histogram: ValueHistogram,
  method: CalibrationMethod,
  percentile: number,
): ValueRange {
  const { minimum, maximum, total } = histogram;
  if (total === 0) return { low: 0, high: 0 };
  if (method === 'minmax') return { low: minimum, high: maximum };
  if (method === 'percentile') return percentileRange(histogram, percentile);
  const magnitudes = histogram.magnitudes();
  const levels = minimum >= 0 || maximum <= 0 ? 256 : 128;
  const reach = entropyThreshold(magnitudes, levels) * histogram.binWidth;
  return { low: Math.max(minimum, -reach), high: Math.min(maximum, reach) };
}

/** Edges of the bins below and above which there are at most (100 - percentile) per cent of the values. */
function percentileRange(histogram: ValueHistogram, percentile: number): ValueRange {
  const { counts, minimum, maximum, total } = histogram;
  const spared = (total * (100 - percentile)) / 100;
  let first = 0;
  for (let below = counts[0]!; below <= spared && first < counts.length - 1; ) {
    first++;
    below += counts[first]!;
  }
  let last = counts.length - 1;
  for (let above = counts[last]!; above <= spared && last > 0; ) {
    last--;
    above += counts[last]!;
  }
  return {
    low: Math.max(minimum, histogram.edgeOf(first)),
    high: Math.min(maximum, histogram.edgeOf(last + 1)),
  };
}
