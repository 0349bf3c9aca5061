import { type BoxXyxy, boxIou } from '../../datasets/box-geometry.js';

/** A box that belongs to an object, or to a track. */
export interface IdentifiedBox {
  /** Id of the object or track, the same in every frame. */
  id: number;
  className: string;
  boxXyxyPx: BoxXyxy;
}

/** A frame's true boxes and the tracker's. */
export interface TrackedFrame {
  truth: readonly IdentifiedBox[];
  found: readonly IdentifiedBox[];
}

/** A true box and a found one of its class that overlap, as indices in their lists. */
export interface Overlap {
  truth: number;
  found: number;
  /** Above 0, up to 1. */
  iou: number;
}

/** A frame prepared for all scores: ids by index, and the overlaps. */
export interface FrameOverlaps {
  truthIds: readonly number[];
  foundIds: readonly number[];
  overlaps: readonly Overlap[];
}

/** Boxes of two classes are never the same object. */
export function overlapsOf({ truth, found }: TrackedFrame): FrameOverlaps {
  const overlaps = truth.flatMap((a, i) =>
    found.flatMap((b, j): Overlap[] => {
      if (a.className !== b.className) return [];
      const iou = boxIou(a.boxXyxyPx, b.boxXyxyPx);
      return iou > 0 ? [{ truth: i, found: j, iou }] : [];
    }),
  );
  const idsOf = (boxes: readonly IdentifiedBox[]) => boxes.map(({ id }) => id);
  return { truthIds: idsOf(truth), foundIds: idsOf(found), overlaps };
}

/** Whether an IoU is at least `least`, with a tolerance for rounding in the last digit. */
export const reaches = (iou: number, least: number): boolean => iou >= least - Number.EPSILON;
