import { boxIou } from '../datasets/box-geometry.js';
import { anyClass, type TruthBox } from '../datasets/sample.js';
import { isScorable, type ScoredPicture } from './detection-scores.js';
import { type FoundBox, matchBoxes } from './match-boxes.js';

/**
 * Why a detection is wrong, tested in this order: `duplicate`, a second box on an object that was found; `confused`,
 * another class with an IoU of at least 0.5; `misplaced`, its own class with an IoU of 0.1 to 0.5; `background`, no object
 * there. (After Hoiem et al. 2012.)
 */
export type FalseKind = 'duplicate' | 'confused' | 'misplaced' | 'background';
export const falseKinds: readonly FalseKind[] = [
  'duplicate',
  'confused',
  'misplaced',
  'background',
];

/** Outcome of every box in one picture at a score threshold and IoU 0.5. */
export interface PictureOutcome {
  right: FoundBox[];
  wrong: { box: FoundBox; kind: FalseKind }[];
  missed: TruthBox[];
  /** Regions and boxes that are not scored. */
  ignored: TruthBox[];
}

/** Detections of classes that the data set does not label are left out: there is no truth for them. */
export function outcomeOf(
  picture: ScoredPicture,
  scoreThreshold: number,
  scoredClassNames: readonly string[],
): PictureOutcome {
  const truth = picture.truth.filter(isScorable);
  const outcome: PictureOutcome = {
    right: [],
    wrong: [],
    missed: [],
    ignored: truth.filter(({ weight }) => weight === 0),
  };
  const hitTruth = new Set<number>();
  for (const className of scoredClassNames) {
    const found = picture.found.filter(
      (box) => box.className === className && box.score >= scoreThreshold,
    );
    matchBoxes(found, truth, className, 0.5).forEach((match, index) => {
      const box = found[index]!;
      if (match.kind === 'miss') outcome.wrong.push({ box, kind: falseKindOf(box, truth) });
      if (match.kind !== 'hit') return;
      hitTruth.add(match.truthIndex);
      outcome.right.push(box);
    });
  }
  outcome.missed = truth.filter((box, index) => box.weight === 1 && !hitTruth.has(index));
  return outcome;
}

function falseKindOf(box: FoundBox, truth: readonly TruthBox[]): FalseKind {
  const bestIou = (isWanted: (candidate: TruthBox) => boolean) =>
    truth
      .filter((candidate) => candidate.className !== anyClass && isWanted(candidate))
      .reduce((best, { boxXyxyPx }) => Math.max(best, boxIou(box.boxXyxyPx, boxXyxyPx)), 0);
  const own = bestIou(({ className }) => className === box.className);
  if (own >= 0.5) return 'duplicate';
  if (bestIou(({ className }) => className !== box.className) >= 0.5) return 'confused';
  return own >= 0.1 ? 'misplaced' : 'background';
}
