export interface RegressionScores {
  /** Mean of |predicted - truth|, in the values' unit. */
  mae: number;
  /** Root of the mean of (predicted - truth)^2, in the values' unit. */
  rmse: number;
  /**
   * Coefficient of determination, 1 - sum (truth - predicted)^2 / sum (truth - mean truth)^2: 1 is perfect, 0 no
   * better than the mean, below 0 worse. 0 if the truth never varies.
   */
  r2: number;
  /** Pearson's correlation, -1..1; 0 if one side never varies, for which it is undefined. */
  correlation: number;
}

/** Compares predictions with the truth, value by value. Both have the same length; all scores are 0 if empty. */
export function regressionScores(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): RegressionScores {
  const count = truth.length;
  if (count === 0) return { mae: 0, rmse: 0, r2: 0, correlation: 0 };
  const truthMean = meanOf(truth);
  const predictedMean = meanOf(predicted);
  let absolute = 0;
  let squared = 0;
  let truthSpread = 0;
  let predictedSpread = 0;
  let shared = 0;
  // Two passes over deviations from the means: plain sums of squares cancel for angles near one value.
  for (let i = 0; i < count; i++) {
    const error = predicted[i]! - truth[i]!;
    const truthOffset = truth[i]! - truthMean;
    const predictedOffset = predicted[i]! - predictedMean;
    absolute += Math.abs(error);
    squared += error * error;
    truthSpread += truthOffset * truthOffset;
    predictedSpread += predictedOffset * predictedOffset;
    shared += truthOffset * predictedOffset;
  }
  // Tests the values themselves: with equal values the spread may contain rounding errors.
  const truthVaries = varies(truth);
  // Roots taken separately: the product of two small spreads can underflow.
  const spread = Math.sqrt(truthSpread) * Math.sqrt(predictedSpread);
  return {
    mae: absolute / count,
    rmse: Math.sqrt(squared / count),
    r2: truthVaries ? 1 - squared / truthSpread : 0,
    correlation:
      !truthVaries || !varies(predicted) || spread === 0
        ? 0
        : Math.max(-1, Math.min(1, shared / spread)),
  };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function varies(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return true;
  return false;
}
