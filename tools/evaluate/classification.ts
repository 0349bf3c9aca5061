import type { ClassCounts } from './confusion-matrix.js';

export interface ClassScores {
  /** Share of the answers of this class that are right; 0 if there are none. */
  precision: number;
  /** Share of the true samples of this class that were found; 0 if there are none. */
  recall: number;
  /** Harmonic mean of both; 0 if both are 0. */
  f1: number;
}

/** Precision, recall and F1 of one class, each 0..1. */
export function classScores(counts: ClassCounts): ClassScores {
  const { truePositives, falsePositives, falseNegatives } = counts;
  return {
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/**
 * Rank of the true class, from 0, with scores sorted from the highest: 0 is a hit, below 5 a top-5 hit.
 * Of equal scores the lower class id comes first, as in an arg max.
 */
export function rankOfClass(scores: ArrayLike<number>, classId: number): number {
  const own = scores[classId]!;
  let rank = 0;
  for (let other = 0; other < scores.length; other++) {
    if (scores[other]! > own || (scores[other] === own && other < classId)) rank++;
  }
  return rank;
}
