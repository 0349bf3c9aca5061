import { type BoxXyxy, boxIou } from '../../datasets/box-geometry.js';

/** A box that belongs to an object, or to a track. */
export interface IdentifiedBox {
  /** The same object, or track, has the same id in every frame. */
  id: number;
  className: string;
  boxXyxyPx: BoxXyxy;
}

/** What is true of a frame, and what the tracker said. */
export interface TrackedFrame {
  truth: readonly IdentifiedBox[];
  found: readonly IdentifiedBox[];
}

/** A true box and a found one of its class that share some area; places in their lists. */
export interface Overlap {
  truth: number;
  found: number;
  /** Above 0, up to 1. */
  iou: number;
}

/** A frame, looked at once for all scores: ids by place, and who overlaps whom. */
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

/** An IoU of 0.5 that came out a last digit too low is one of 0.5. */
export const reaches = (iou: number, least: number): boolean => iou >= least - Number.EPSILON;
