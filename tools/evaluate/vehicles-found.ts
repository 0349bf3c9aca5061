import { boxArea, boxIou, intersectionArea } from '../datasets/box-geometry.js';
import type { KittiBox } from '../datasets/kitti.js';
import { anyClass } from '../datasets/sample.js';
import type { FoundBox } from './match-boxes.js';

export const fourWheeledClasses = new Set(['car', 'truck', 'bus']);
const leastHeightPx = 25;
const mostOcclusion = 1;
/** Of the comparison; a bundle that asks for more is taken at its word. */
const leastScore = 0.3;
const leastIou = 0.5;

export interface VehiclesFound {
  /** Vehicles that are asked for, and how many of them were found. */
  count: number;
  found: number;
  /** Detections that show no vehicle. */
  wrong: number;
  /** found / count, and found / (found + wrong); 0 where there is nothing to divide by. */
  recall: number;
  precision: number;
}

/**
 * KITTI's vehicles that were found, the mark by which small detectors are compared on its frames: true cars, vans and
 * trucks at least 25 px high and hidden at most partly (occlusion 0 or 1), found by a car, truck or bus of score above
 * 0.3, or above the bundle's threshold where that is higher, with an IoU of at least 0.5. Which of the three it was called does not matter; each detection finds one vehicle at
 * most, and each vehicle is found once. A detection that finds none is wrong unless it is of a vehicle that is not asked
 * for, lies by half in a region that KITTI does not judge, or is itself lower than 25 px.
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

/** Whether a true box that is not asked for is what a detection shows. */
function excuses({ className, boxXyxyPx }: KittiBox, detected: Box): boolean {
  if (className === anyClass)
    return intersectionArea(boxXyxyPx, detected) >= 0.5 * boxArea(detected);
  return fourWheeledClasses.has(className) && boxIou(boxXyxyPx, detected) >= leastIou;
}
