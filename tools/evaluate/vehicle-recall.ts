import { boxIou } from '../datasets/box-geometry.js';
import type { KittiBox } from '../datasets/kitti.js';
import type { FoundBox } from './match-boxes.js';

const vehicleClasses = new Set(['car', 'truck', 'bus']);

/**
 * Share of KITTI's vehicles that were found, the mark by which small detectors are compared on its frames: true
 * cars, vans and trucks at least 25 px high and hidden at most partly (occlusion 0 or 1), found by a car, truck
 * or bus of score above 0.3 with an IoU of at least 0.5. Which of the three it was called does not matter; each
 * detection finds one vehicle at most.
 */
export function vehicleRecall(
  pictures: readonly { truth: readonly KittiBox[]; found: readonly FoundBox[] }[],
): { found: number; count: number; recall: number } {
  let foundCount = 0;
  let count = 0;
  for (const { truth, found } of pictures) {
    const candidates = found
      .filter(({ className, score }) => vehicleClasses.has(className) && score > 0.3)
      .sort((a, b) => b.score - a.score);
    const open = new Set(truth.filter(isCountedVehicle));
    count += open.size;
    for (const { boxXyxyPx } of candidates) {
      const ranked = [...open]
        .map((box) => ({ box, iou: boxIou(boxXyxyPx, box.boxXyxyPx) }))
        .sort((a, b) => b.iou - a.iou);
      const [best] = ranked;
      if (!best || best.iou < 0.5) continue;
      open.delete(best.box);
      foundCount++;
    }
  }
  return { found: foundCount, count, recall: count === 0 ? 0 : foundCount / count };
}

function isCountedVehicle(box: KittiBox): boolean {
  const heightPx = box.boxXyxyPx[3] - box.boxXyxyPx[1];
  return (
    box.weight === 1 && vehicleClasses.has(box.className) && heightPx >= 25 && box.occlusion <= 1
  );
}
