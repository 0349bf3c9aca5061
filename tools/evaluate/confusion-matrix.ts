/** Counts of (true class, predicted class). Row-major: `counts[truth * classCount + predicted]`. */
export interface ConfusionMatrix {
  classCount: number;
  /** float64, so that pixels are counted exactly up to 2^53. */
  counts: Float64Array;
}

/** Creates an empty matrix of classCount x classCount. */
export function createConfusionMatrix(classCount: number): ConfusionMatrix {
  return { classCount, counts: new Float64Array(classCount * classCount) };
}

/** Counts one prediction; both class ids must be in 0..classCount - 1. */
export function countPrediction(matrix: ConfusionMatrix, truth: number, predicted: number): void {
  matrix.counts[truth * matrix.classCount + predicted]! += 1;
}

/** Counts of one class, from its row, its column and the cell they share. */
export interface ClassCounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** True positives, false positives and false negatives of each class. */
export function countsByClass({ classCount, counts }: ConfusionMatrix): ClassCounts[] {
  return Array.from({ length: classCount }, (_, classId) => {
    let truthTotal = 0;
    let predictedTotal = 0;
    for (let other = 0; other < classCount; other++) {
      truthTotal += counts[classId * classCount + other]!;
      predictedTotal += counts[other * classCount + classId]!;
    }
    const truePositives = counts[classId * classCount + classId]!;
    return {
      truePositives,
      falsePositives: predictedTotal - truePositives,
      falseNegatives: truthTotal - truePositives,
    };
  });
}

/** Share of all predictions that are on the diagonal, 0..1; 0 for an empty matrix. */
export function accuracyOf({ classCount, counts }: ConfusionMatrix): number {
  let total = 0;
  let right = 0;
  counts.forEach((count, index) => {
    total += count;
    if (index % (classCount + 1) === 0) right += count;
  });
  return total === 0 ? 0 : right / total;
}

/** The matrix as rows of counts, one row per true class. */
export const confusionRows = ({ classCount, counts }: ConfusionMatrix): number[][] =>
  Array.from({ length: classCount }, (_, row) =>
    Array.from(counts.subarray(row * classCount, (row + 1) * classCount)),
  );
