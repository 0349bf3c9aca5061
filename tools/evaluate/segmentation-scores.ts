import { PerceptionError } from '../../src/frame/perception-error.js';
import { segmentationClasses } from '../../src/perception/classes.js';
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

/** The id of whatever is none of the classes that truth and network share. */
export const otherClassId = segmentationClasses.length;

/** How the classes of a network and those of the truth are compared. */
export interface ComparableClasses {
  /** Our id, or `otherClassId`, for each class of the network. */
  ourIds: Uint8Array;
  /** For each id of the truth the same; a class that the network does not know is `otherClassId`, void stays void. */
  truthIds: Uint8Array;
  /** Names of the classes that are scored, by our id. */
  names: (string | undefined)[];
  /** What a reader of the scores must know; empty where all classes are compared. */
  note: string[];
}

/**
 * Compares by name; what only one side knows is "other" to both, so that a road mask is scored as a road mask. Throws
 * ERR_BUNDLE where the network has no class of ours.
 */
export function comparableClasses(
  networkClasses: readonly string[],
  where: string,
): ComparableClasses {
  const known = segmentationClasses.map((name) => networkClasses.includes(name));
  if (!known.includes(true)) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected classes of ${segmentationClasses.join(', ')}, found ${networkClasses.slice(0, 12).join(', ')}`,
    );
  }
  const ids: readonly string[] = segmentationClasses;
  const ourIds = Uint8Array.from(networkClasses, (name) => {
    const id = ids.indexOf(name);
    return id < 0 ? otherClassId : id;
  });
  const truthIds = Uint8Array.from({ length: 256 }, (_, id) =>
    id === voidClassId ? voidClassId : known[id] ? id : otherClassId,
  );
  const names = segmentationClasses.map((name, id) => (known[id] ? name : undefined));
  const missing = segmentationClasses.filter((_, id) => !known[id]);
  const note =
    missing.length === 0
      ? []
      : [`scored without ${missing.join(', ')}, which the network does not know`];
  return { ourIds, truthIds, names, note };
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

/** Scores of a whole data set, over the classes that have a name: one matrix over all pictures, as CamVid is customarily scored, not a mean of pictures. */
export function segmentationScores(
  matrix: ConfusionMatrix,
  classNames: readonly (string | undefined)[],
): SegmentationScores {
  const perClass: Record<string, number> = {};
  countsByClass(matrix).forEach(({ truePositives, falsePositives, falseNegatives }, classId) => {
    const union = truePositives + falsePositives + falseNegatives;
    const name = classNames[classId];
    if (union > 0 && name !== undefined) perClass[name] = truePositives / union;
  });
  const ious = Object.values(perClass);
  return {
    mIoU: ious.length === 0 ? 0 : ious.reduce((sum, iou) => sum + iou, 0) / ious.length,
    pixelAccuracy: accuracyOf(matrix),
    perClass,
  };
}
