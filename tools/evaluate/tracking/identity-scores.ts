import { assign } from './assign.js';
import { type FrameOverlaps, reaches } from './frame-overlaps.js';
import { PairCounts } from './pair-counts.js';

export interface IdentityScores {
  /** 2 IDTP / (2 IDTP + IDFP + IDFN): the share of boxes with the right id, 0..1. 0 if there are no boxes. */
  idf1: number;
  /** Share of the found boxes with the right id; idRecall is the share of the true ones. */
  idPrecision: number;
  idRecall: number;
}

/**
 * The identity scores (Ristani et al. 2016): each true object is assigned one track for the full drive, and each track one
 * object, so that the most boxes match (at IoU `minIou` or above). An object's boxes in any other track are wrong.
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
