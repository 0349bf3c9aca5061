import { boxArea, boxIou, intersectionArea } from '../datasets/box-geometry.js';
import type { KittiBox } from '../datasets/kitti.js';
import { anyClass } from '../datasets/sample.js';
import type { FoundBox } from './match-boxes.js';

export const fourWheeledClasses = new Set(['car', 'truck', 'bus']);
const leastHeightPx = 25;
const mostOcclusion = 1;
/** The comparison's score threshold; a bundle's own applies if it is higher. */
const leastScore = 0.3;
const leastIou = 0.5;

export interface VehiclesFound {
  /** Number of vehicles to find; `found` is how many of them were found. */
  count: number;
  found: number;
  /** Number of detections that show no vehicle. */
  wrong: number;
  /** found / count; precision is found / (found + wrong). 0 if the divisor is 0. */
  recall: number;
  precision: number;
}

/**
 * Vehicle recall on KITTI, the measure by which small detectors are compared on its frames: true cars, vans and
 * trucks at least 25 px high and at most partly hidden (occlusion 0 or 1), found by a car, truck or bus with a score above
 * 0.3, or above the bundle's threshold if that is higher, with an IoU of at least 0.5. Which of the three classes it has
 * does not matter; each detection finds at most one vehicle, and each vehicle is found once. A detection that finds none is
 * wrong unless it shows a vehicle that is not required, is half inside a region that KITTI does not score, or is itself
 * less than 25 px high.
 */
export function vehiclesFound(
  pictures: readonly { truth: readonly KittiBox[]; found: readonly FoundBox[] }[],
  scoreThreshold: number,
): VehiclesFound {
  let [found, count, wrong] = [0, 0, 0];
  const least = Math.max(leastScore, scoreThreshold);
  for (const picture of pictures) {
    const open = new Set(picture.truth.filter(isAskedFor));
    const others = picture.truth.filter((box) => !isAskedFor(box));
    count += open.size;
    const candidates = picture.found
      .filter(({ className, score }) => fourWheeledClasses.has(className) && score > least)
      .sort((a, b) => b.score - a.score);
    for (const { boxXyxyPx } of candidates) {
      const overlaps = [...open].map((box) => ({ box, iou: boxIou(boxXyxyPx, box.boxXyxyPx) }));
      const best = overlaps.sort((a, b) => b.iou - a.iou)[0];
      if (best && best.iou >= leastIou) {
        open.delete(best.box);
        found += 1;
      } else if (
        heightOf(boxXyxyPx) >= leastHeightPx &&
        !others.some((box) => excuses(box, boxXyxyPx))
      ) {
        wrong += 1;
      }
    }
  }
  const share = (whole: number): number => (whole === 0 ? 0 : found / whole);
  return { count, found, wrong, recall: share(count), precision: share(found + wrong) };
}

type Box = KittiBox['boxXyxyPx'];
const heightOf = (box: Box): number => box[3] - box[1];

export function isAskedFor({ className, weight, occlusion, boxXyxyPx }: KittiBox): boolean {
  const isVehicle = weight === 1 && fourWheeledClasses.has(className);
  return isVehicle && heightOf(boxXyxyPx) >= leastHeightPx && occlusion <= mostOcclusion;
}

/** Whether a detection shows a true box that is not required. */
function excuses({ className, boxXyxyPx }: KittiBox, detected: Box): boolean {
  if (className === anyClass)
    return intersectionArea(boxXyxyPx, detected) >= 0.5 * boxArea(detected);
  return fourWheeledClasses.has(className) && boxIou(boxXyxyPx, detected) >= leastIou;
}
