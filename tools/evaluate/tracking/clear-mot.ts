import { assign } from './assign.js';
import { type FrameOverlaps, reaches } from './frame-overlaps.js';

export interface ClearMotScores {
  /** 1 - (misses + falsePositives + idSwitches) / truth: 1 is perfect, and there is no lower bound. 0 without truth. */
  mota: number;
  /** Mean IoU of the matches, 0..1; 0 if there are none. */
  motp: number;
  misses: number;
  falsePositives: number;
  /** Number of times that a true object's track changed to another. */
  idSwitches: number;
  /** True boxes. */
  truth: number;
}

/** More than any sum of overlaps in a frame, so that pairs of the previous frame are kept. */
const loyalty = 1000;

/**
 * The CLEAR MOT scores (Bernardin and Stiefelhagen 2008): in every frame, true and found boxes with IoU `minIou` or above
 * are paired; pairs of the previous frame come first, then the largest sum of IoUs.
 */
export function clearMotScores(frames: readonly FrameOverlaps[], minIou = 0.5): ClearMotScores {
  const sum = { truth: 0, found: 0, matches: 0, iou: 0, idSwitches: 0 };
  const lastTrack = new Map<number, number>();
  let before = new Map<number, number>();
  for (const { truthIds, foundIds, overlaps } of frames) {
    const isLoyal = (truth: number, found: number) =>
      before.get(truthIds[truth]!) === foundIds[found]!;
    const candidates = overlaps
      .filter(({ iou }) => reaches(iou, minIou))
      .map(({ truth, found, iou }) => ({
        row: truth,
        column: found,
        weight: iou + (isLoyal(truth, found) ? loyalty : 0),
      }));
    const now = new Map<number, number>();
    for (const { row, column, weight } of assign(candidates)) {
      const [truthId, foundId] = [truthIds[row]!, foundIds[column]!];
      const known = lastTrack.get(truthId);
      if (known !== undefined && known !== foundId) sum.idSwitches++;
      lastTrack.set(truthId, foundId);
      now.set(truthId, foundId);
      sum.matches++;
      sum.iou += weight >= loyalty ? weight - loyalty : weight;
    }
    before = now;
    sum.truth += truthIds.length;
    sum.found += foundIds.length;
  }
  const misses = sum.truth - sum.matches;
  const falsePositives = sum.found - sum.matches;
  const { truth, idSwitches } = sum;
  return {
    mota: truth === 0 ? 0 : 1 - (misses + falsePositives + idSwitches) / truth,
    motp: sum.matches === 0 ? 0 : sum.iou / sum.matches,
    misses,
    falsePositives,
    idSwitches,
    truth,
  };
}
