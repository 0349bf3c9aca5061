import { assign } from './assign.js';
import { type FrameOverlaps, reaches } from './frame-overlaps.js';
import { PairCounts } from './pair-counts.js';

export interface IdentityScores {
  /** 2 IDTP / (2 IDTP + IDFP + IDFN): the share of boxes under the right id, 0..1. 0 where there is no box at all. */
  idf1: number;
  /** Of found boxes, and of true ones. */
  idPrecision: number;
  idRecall: number;
}

/**
 * The identity scores (Ristani et al. 2016): each true object is given one track for the whole drive, and each track one object,
 * so that the most boxes (at IoU `minIou` or above) lie on each other. Boxes of an object under any other track are wrong.
 */
export function identityScores(frames: readonly FrameOverlaps[], minIou = 0.5): IdentityScores {
  const together = new PairCounts();
  let truth = 0;
  let found = 0;
  for (const { truthIds, foundIds, overlaps } of frames) {
    for (const overlap of overlaps)
      if (reaches(overlap.iou, minIou))
        together.add(truthIds[overlap.truth]!, foundIds[overlap.found]!, 1);
    truth += truthIds.length;
    found += foundIds.length;
  }
  const right = assign(together.candidates()).reduce((sum, { weight }) => sum + weight, 0);
  return {
    idf1: truth + found === 0 ? 0 : (2 * right) / (truth + found),
    idPrecision: found === 0 ? 0 : right / found,
    idRecall: truth === 0 ? 0 : right / truth,
  };
}
