/** A detection after matching; those that were ignored are not included. */
export interface ScoredHit {
  /** 0..1. */
  score: number;
  /** Whether it found a true box that no detection with a higher score had found. */
  isHit: boolean;
}

/**
 * Average precision as VOC has defined it since 2010: the area under the precision-recall curve after precision
 * is made monotonic (each point takes the best precision at its recall or above), summed over every
 * change of recall. Not the older mean of eleven points, nor COCO's 101.
 *
 * `hits` in any order; `truthCount` is the number of true boxes (ignored ones not counted). 0 if there is no truth.
 * Detections with equal scores are one point of the curve, so that their order cannot matter.
 */
export function averagePrecision(hits: readonly ScoredHit[], truthCount: number): number {
  if (truthCount === 0) return 0;
  const points = precisionRecallCurve(hits, truthCount);
  let area = 0;
  let bestPrecision = 0;
  for (let i = points.length - 1; i >= 0; i--) {
    const { precision, recall } = points[i]!;
    bestPrecision = Math.max(bestPrecision, precision);
    area += bestPrecision * (recall - (points[i - 1]?.recall ?? 0));
  }
  return area;
}

export interface CurvePoint {
  /** Lowest score that is counted at this point. */
  score: number;
  precision: number;
  recall: number;
}

/** Precision and recall at every score that occurs, from the highest score down. `truthCount` must be above 0. */
export function precisionRecallCurve(hits: readonly ScoredHit[], truthCount: number): CurvePoint[] {
  const sorted = [...hits].sort((a, b) => b.score - a.score);
  const points: CurvePoint[] = [];
  let hitCount = 0;
  sorted.forEach(({ score, isHit }, index) => {
    if (isHit) hitCount++;
    if (sorted[index + 1]?.score === score) return;
    points.push({ score, precision: hitCount / (index + 1), recall: hitCount / truthCount });
  });
  return points;
}
