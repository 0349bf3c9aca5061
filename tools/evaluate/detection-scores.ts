import type { TruthBox } from '../datasets/sample.js';
import { averagePrecision, type ScoredHit } from './average-precision.js';
import { type FoundBox, matchBoxes } from './match-boxes.js';

export interface DetectionScores {
  /** Mean of ap50 over the classes that have truth. */
  mAP50: number;
  perClass: Record<string, DetectionClassScores>;
}

export interface DetectionClassScores {
  /** Average precision at IoU 0.5, over all scores. */
  ap50: number;
  /** Precision and recall of the detections at or above the bundle's score threshold. */
  precision: number;
  recall: number;
  /** True boxes, ignored ones not counted. */
  count: number;
}

/** One picture's true boxes and detections. */
export interface ScoredPicture {
  truth: readonly TruthBox[];
  found: readonly FoundBox[];
}

/**
 * Scores a detector over pictures (matching and curve: see matchBoxes and averagePrecision). Only classes with
 * at least one true box are scored: in a class that the data set does not label, every correct detection would count as
 * wrong. `found` must include low scores (down to 0.01) for the curve; precision and recall are measured at
 * `scoreThreshold`.
 */
export function detectionScores(
  pictures: readonly ScoredPicture[],
  scoreThreshold: number,
  minIou = 0.5,
): DetectionScores {
  const perClass = Object.fromEntries(
    scoredClasses(pictures).map((className) => [
      className,
      scoreClass(pictures, className, scoreThreshold, minIou),
    ]),
  );
  const aps = Object.values(perClass).map(({ ap50 }) => ap50);
  return {
    mAP50: aps.length === 0 ? 0 : aps.reduce((sum, ap) => sum + ap, 0) / aps.length,
    perClass,
  };
}

/** The classes that have truth, and so are scored, in the order of their names. */
export function scoredClasses(pictures: readonly ScoredPicture[]): string[] {
  const classNames = pictures.flatMap(({ truth }) =>
    truth.filter((box) => box.weight === 1).map((box) => box.className),
  );
  return [...new Set(classNames)].sort();
}

/** All detections of a class after matching, and the number of true boxes. */
export function classHits(
  pictures: readonly ScoredPicture[],
  className: string,
  minIou: number,
): { hits: ScoredHit[]; count: number } {
  const hits: ScoredHit[] = [];
  let count = 0;
  for (const picture of pictures) {
    const found = picture.found.filter((box) => box.className === className);
    const truth = picture.truth.filter(isScorable);
    count += truth.filter((box) => box.className === className && box.weight === 1).length;
    matchBoxes(found, truth, className, minIou).forEach((outcome, index) => {
      if (outcome.kind === 'ignored') return;
      hits.push({ score: found[index]!.score, isHit: outcome.kind === 'hit' });
    });
  }
  return { hits, count };
}

function scoreClass(
  pictures: readonly ScoredPicture[],
  className: string,
  scoreThreshold: number,
  minIou: number,
): DetectionClassScores {
  const { hits, count } = classHits(pictures, className, minIou);
  const published = hits.filter(({ score }) => score >= scoreThreshold);
  const hitCount = published.filter(({ isHit }) => isHit).length;
  return {
    ap50: averagePrecision(hits, count),
    precision: published.length === 0 ? 0 : hitCount / published.length,
    recall: hitCount / count,
    count,
  };
}

/** Whether a box is truth or a region to ignore: a teacher's box (weight between 0 and 1) is neither. */
export const isScorable = ({ weight }: TruthBox): boolean => weight === 0 || weight === 1;
