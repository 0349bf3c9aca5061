import { assign } from './assign.js';
import { type FrameOverlaps, reaches } from './frame-overlaps.js';
import { PairCounts } from './pair-counts.js';

export interface HotaScores {
  /** Mean of sqrt(DetA AssA) over the IoUs from 0.05 to 0.95, 0..1. */
  hota: number;
  /** Detection accuracy, mean over the same IoUs. */
  detA: number;
  /** Association accuracy: how well the found objects keep their ids. */
  assA: number;
  /** Mean IoU of the matches. */
  locA: number;
}

/** 0.05 to 0.95. */
const leastIous = Array.from({ length: 19 }, (_, step) => (step + 1) / 20);

/**
 * Higher order tracking accuracy (Luiten et al. 2021). Boxes are paired frame by frame, with preference for ids that match
 * well over the full drive: a pair's weight is its IoU times the Jaccard index of its two ids. At each least IoU alpha,
 * DetA = TP / (TP + FN + FP), AssA is the mean over the true positives of TPA / (TPA + FNA + FPA) of their two ids, and
 * HOTA the root of the product.
 */
export function hotaScores(frames: readonly FrameOverlaps[]): HotaScores {
  const truthBoxes = new Map<number, number>();
  const foundBoxes = new Map<number, number>();
  for (const { truthIds, foundIds } of frames) {
    for (const id of truthIds) truthBoxes.set(id, (truthBoxes.get(id) ?? 0) + 1);
    for (const id of foundIds) foundBoxes.set(id, (foundBoxes.get(id) ?? 0) + 1);
  }
  const alignment = alignmentOf(frames, truthBoxes, foundBoxes);
  const matches = frames.flatMap((frame) => matchesOf(frame, alignment));
  const truth = sumOf(truthBoxes);
  const found = sumOf(foundBoxes);
  const each = leastIous.map((alpha) => {
    const right = matches.filter(({ iou }) => reaches(iou, alpha));
    const together = new PairCounts();
    for (const { truthId, foundId } of right) together.add(truthId, foundId, 1);
    const associations = together.candidates().reduce((sum, { row, column, weight }) => {
      const any = truthBoxes.get(row)! + foundBoxes.get(column)! - weight;
      return sum + weight * (weight / any);
    }, 0);
    const all = truth + found - right.length;
    const detA = all === 0 ? 0 : right.length / all;
    const assA = right.length === 0 ? 0 : associations / right.length;
    const ious = right.reduce((sum, { iou }) => sum + iou, 0);
    // Without matches there is no localisation error.
    const locA = right.length === 0 ? 1 : ious / right.length;
    return { hota: Math.sqrt(detA * assA), detA, assA, locA };
  });
  const mean = (of: keyof HotaScores) =>
    each.reduce((sum, scores) => sum + scores[of], 0) / each.length;
  return { hota: mean('hota'), detA: mean('detA'), assA: mean('assA'), locA: mean('locA') };
}

/** Soft Jaccard index of each true id with each found one over the full drive. */
function alignmentOf(
  frames: readonly FrameOverlaps[],
  truthBoxes: ReadonlyMap<number, number>,
  foundBoxes: ReadonlyMap<number, number>,
): PairCounts {
  const shared = new PairCounts();
  for (const { truthIds, foundIds, overlaps } of frames) {
    const ofTruth = new Float64Array(truthIds.length);
    const ofFound = new Float64Array(foundIds.length);
    for (const { truth, found, iou } of overlaps) {
      ofTruth[truth]! += iou;
      ofFound[found]! += iou;
    }
    for (const { truth, found, iou } of overlaps)
      shared.add(
        truthIds[truth]!,
        foundIds[found]!,
        iou / (ofTruth[truth]! + ofFound[found]! - iou),
      );
  }
  const alignment = new PairCounts();
  for (const { row, column, weight } of shared.candidates())
    alignment.add(row, column, weight / (truthBoxes.get(row)! + foundBoxes.get(column)! - weight));
  return alignment;
}

interface Match {
  truthId: number;
  foundId: number;
  iou: number;
}

function matchesOf(
  { truthIds, foundIds, overlaps }: FrameOverlaps,
  alignment: PairCounts,
): Match[] {
  const ious = new Map<string, number>();
  const candidates = overlaps.map(({ truth, found, iou }) => {
    ious.set(`${truth} ${found}`, iou);
    const weight = iou * alignment.get(truthIds[truth]!, foundIds[found]!);
    return { row: truth, column: found, weight };
  });
  return assign(candidates).map(({ row, column }) => ({
    truthId: truthIds[row]!,
    foundId: foundIds[column]!,
    iou: ious.get(`${row} ${column}`)!,
  }));
}

const sumOf = (counts: ReadonlyMap<number, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
