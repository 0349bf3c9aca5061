import { PerceptionError } from '../../src/frame/perception-error.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { type JudgedClass, voidClassId } from '../datasets/sample.js';
import { accuracyOf, type ConfusionMatrix, countsByClass } from './confusion-matrix.js';

export interface SegmentationScores {
  /** Mean IoU over the classes that occur in the truth or the prediction. */
  mIoU: number;
  /** Share of the scored pixels that have the right class. */
  pixelAccuracy: number;
  /** IoU by class name: true positives / (true positives + false positives + false negatives). Absent classes are left out. */
  perClass: Record<string, number>;
}

/** The judged classes of a set that does not define its own. */
export const ourJudgedClasses: readonly JudgedClass[] = segmentationClasses.map((name) => ({
  name,
  members: [name],
}));

/** How the classes of a network and those of the truth are compared. */
export interface ComparableClasses {
  /** For each class of the network the index of its judged class, or the number of judged classes if it has none. */
  answerIds: Uint8Array;
  /** The same for each id of the truth; a class that the network does not know has none, void stays void. */
  truthIds: Uint8Array;
  /** Names of the judged classes by index; undefined for a class that is not scored. */
  names: (string | undefined)[];
  /** Notes for the reader of the scores; empty if all classes are compared. */
  note: string[];
}

/**
 * Compares by name: a class of the network is the judged class with its name, or the one that contains it. Classes that
 * only one side knows are "other" for both, so that a road mask is scored as a road mask. Throws ERR_BUNDLE if the network
 * has none of the judged classes.
 */
export function comparableClasses(
  networkClasses: readonly string[],
  where: string,
  judged: readonly JudgedClass[] = ourJudgedClasses,
): ComparableClasses {
  const other = judged.length;
  const places = networkClasses.map((name) => {
    const named = judged.findIndex((each) => each.name === name);
    return named >= 0 ? named : judged.findIndex(({ members }) => members.includes(name));
  });
  const known = judged.map((_, place) => places.includes(place));
  if (!known.includes(true)) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected classes of ${judged.map(nameWithMembers).join(', ')}, found ${networkClasses.slice(0, 12).join(', ')}`,
    );
  }
  const answerIds = Uint8Array.from(places, (place) => (place < 0 ? other : place));
  const truthIds = Uint8Array.from({ length: 256 }, (_, id) =>
    id === voidClassId ? voidClassId : known[id] ? id : other,
  );
  const names = judged.map(({ name }, place) => (known[place] ? name : undefined));
  const missing = judged.filter((_, place) => !known[place]).map(({ name }) => name);
  const note = [
    ...(judged === ourJudgedClasses ? [] : [`judged: ${judged.map(nameWithMembers).join(', ')}`]),
    ...(missing.length === 0
      ? []
      : [`scored without ${missing.join(', ')}, which the network does not know`]),
  ];
  return { answerIds, truthIds, names, note };
}

/** `roadside_objects (pole, fence)`. */
const nameWithMembers = ({ name, members }: JudgedClass): string =>
  members.length === 1 && members[0] === name ? name : `${name} (${members.join(', ')})`;

/**
 * The probability that a network claims for its answer at a pixel: that of its surest channel, with all channels that are
 * judged as the same class. `judgedOf`: the judged class of each channel.
 */
export function claimOfChannels(
  probabilities: readonly number[],
  judgedOf: ArrayLike<number>,
): number {
  const judged = judgedOf[probabilities.indexOf(Math.max(...probabilities))];
  const sum = probabilities.reduce((all, p, i) => (judgedOf[i] === judged ? all + p : all), 0);
  return Math.min(1, sum);
}

/**
 * Counts a predicted class map against the truth, pixel by pixel, both row-major and of the same size. Void pixels
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

/** Scores over the classes that have a name: one matrix over all pictures, as is usual for CamVid, not a mean of pictures. */
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
