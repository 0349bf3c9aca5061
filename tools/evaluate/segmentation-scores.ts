import { voidClassId } from '../datasets/sample.js';
import { accuracyOf, type ConfusionMatrix, countsByClass } from './confusion-matrix.js';

export interface SegmentationScores {
  /** Mean of the classes' IoU, over the classes that the truth or the prediction has. */
  mIoU: number;
  /** Share of the scored pixels that carry the right class. */
  pixelAccuracy: number;
  /** IoU by class name: true positives / (true positives + false positives + false negatives). Absent classes are left out. */
  perClass: Record<string, number>;
}

/**
 * Counts a predicted class map against the truth, pixel by pixel, both row-major and of one size. Void pixels
 * of the truth (255) are not counted, whatever was predicted there.
 */
export function countClassMap(
  matrix: ConfusionMatrix,
  truth: Uint8Array,
  predicted: Uint8Array,
): void {
  const { classCount, counts } = matrix;
  for (let i = 0; i < truth.length; i++) {
    const truthId = truth[i]!;
    if (truthId !== voidClassId) counts[truthId * classCount + predicted[i]!]! += 1;
  }
}

/** Scores of a whole data set: one matrix over all pictures, as CamVid is customarily scored, not a mean of pictures. */
export function segmentationScores(
  matrix: ConfusionMatrix,
  classNames: readonly string[],
): SegmentationScores {
  const perClass: Record<string, number> = {};
  countsByClass(matrix).forEach(({ truePositives, falsePositives, falseNegatives }, classId) => {
    const union = truePositives + falsePositives + falseNegatives;
    if (union > 0) perClass[classNames[classId]!] = truePositives / union;
  });
  const ious = Object.values(perClass);
  return {
    mIoU: ious.length === 0 ? 0 : ious.reduce((sum, iou) => sum + iou, 0) / ious.length,
    pixelAccuracy: accuracyOf(matrix),
    perClass,
  };
}
