import type { Box, Detection } from '../../src/messages/gen/windshield/v1/perception_pb.js';
import { boxIou } from '../datasets/box-geometry.js';

export type BoxXyxyPx = [number, number, number, number];

export const boxOf = (box: Box | undefined): BoxXyxyPx => [
  box?.xMin ?? 0,
  box?.yMin ?? 0,
  box?.xMax ?? 0,
  box?.yMax ?? 0,
];

/** Minimum overlap for two boxes to be one object; higher if their names differ. */
const minIou = { sameClass: 0.5, otherClass: 0.7 } as const;

export interface DetectionMatch {
  /** Indices in the two lists. */
  reference: number;
  candidate: number;
  iou: number;
}

export interface MatchedDetections {
  matches: DetectionMatch[];
  /** Indices of boxes without a partner. */
  onlyReference: number[];
  onlyCandidate: number[];
}

/**
 * Pairs the boxes of two runs in one frame, the largest overlap first: boxes of one class at IoU 0.5, then the
 * remaining ones at IoU 0.7 regardless of class.
 */
export function matchDetections(
  reference: readonly Detection[],
  candidate: readonly Detection[],
): MatchedDetections {
  const overlaps: DetectionMatch[] = [];
  reference.forEach((a, i) => {
    candidate.forEach((b, j) => {
      const iou = boxIou(boxOf(a.boxPx), boxOf(b.boxPx));
      const isSameClass = a.className === b.className;
      const needed = isSameClass ? minIou.sameClass : minIou.otherClass;
      if (iou >= needed) overlaps.push({ reference: i, candidate: j, iou });
    });
  });
  const isSame = ({ reference: i, candidate: j }: DetectionMatch) =>
    reference[i]!.className === candidate[j]!.className ? 1 : 0;
  overlaps.sort((a, b) => isSame(b) - isSame(a) || b.iou - a.iou);
  const takenA = new Set<number>();
  const takenB = new Set<number>();
  const matches = overlaps.filter(({ reference: i, candidate: j }) => {
    if (takenA.has(i) || takenB.has(j)) return false;
    takenA.add(i);
    takenB.add(j);
    return true;
  });
  return {
    matches,
    onlyReference: [...reference.keys()].filter((i) => !takenA.has(i)),
    onlyCandidate: [...candidate.keys()].filter((j) => !takenB.has(j)),
  };
}
