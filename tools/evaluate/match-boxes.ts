import { type BoxXyxy, boxArea, boxIou, intersectionArea } from '../datasets/box-geometry.js';
import { anyClass, type TruthBox } from '../datasets/sample.js';

/** A detection by name, as scoring sees it. */
export interface FoundBox {
  className: string;
  /** 0..1. */
  score: number;
  /** Left, top, right, bottom, pixels of the picture. */
  boxXyxyPx: BoxXyxy;
}

/** Outcome of a detection: it found true box `truthIndex`, or nothing, or is in a region that is not scored. */
export type MatchOutcome =
  | { kind: 'hit'; truthIndex: number }
  | { kind: 'miss' }
  | { kind: 'ignored' };

/**
 * Matches the detections of one class in one picture with its true boxes, as the VOC development kit does: from
 * the highest score down, each detection takes the true box of its class with the highest IoU; below `minIou` it
 * is a miss; a box of weight 0 (difficult) makes it ignored; a box that is already taken makes it a miss (a
 * duplicate). A detection that would be a miss for lack of overlap is ignored if at least half of its area
 * is in a region that is ignored for any class (KITTI's DontCare).
 *
 * A teacher's boxes (weight between 0 and 1) must not be passed: they are not truth. Outcomes are in the order of `found`.
 */
export function matchBoxes(
  found: readonly FoundBox[],
  truth: readonly TruthBox[],
  className: string,
  minIou: number,
): MatchOutcome[] {
  const order = found.map((_, index) => index).sort((a, b) => found[b]!.score - found[a]!.score);
  const outcomes = new Array<MatchOutcome>(found.length);
  const isTaken = new Set<number>();
  for (const index of order) {
    const box = found[index]!.boxXyxyPx;
    const best = bestOverlap(box, truth, className);
    if (best.iou < minIou) {
      outcomes[index] = { kind: isIgnored(box, truth) ? 'ignored' : 'miss' };
    } else if (truth[best.truthIndex]!.weight === 0) {
      outcomes[index] = { kind: 'ignored' };
    } else if (isTaken.has(best.truthIndex)) {
      outcomes[index] = { kind: 'miss' };
    } else {
      isTaken.add(best.truthIndex);
      outcomes[index] = { kind: 'hit', truthIndex: best.truthIndex };
    }
  }
  return outcomes;
}

function bestOverlap(box: BoxXyxy, truth: readonly TruthBox[], className: string) {
  const best = { truthIndex: -1, iou: 0 };
  truth.forEach((candidate, truthIndex) => {
    if (candidate.className !== className) return;
    const iou = boxIou(box, candidate.boxXyxyPx);
    if (iou > best.iou) Object.assign(best, { truthIndex, iou });
  });
  return best;
}

function isIgnored(box: BoxXyxy, truth: readonly TruthBox[]): boolean {
  return truth.some(
    (region) =>
      region.className === anyClass && intersectionArea(box, region.boxXyxyPx) >= boxArea(box) / 2,
  );
}
