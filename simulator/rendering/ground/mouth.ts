import { mouthDepthM, mouthHalfM } from '../../world/side-road.js';
import type { World } from '../../world/world.js';

/** How far side roads extend into the area left and right of the carriageway, metres. */
export interface Mouth {
  left: number;
  right: number;
}

/** Places along the road where a mouth's outline changes direction. */
export function mouthEdgesOf({ sideRoads }: World): number[] {
  return sideRoads
    .flatMap((sideRoad) => {
      const steps = [0, 0.4, 1, 2, 3, mouthHalfM(sideRoad) - sideRoad.widthM / 2];
      return steps.flatMap((beyond) => {
        const halfM = sideRoad.widthM / 2 + beyond;
        return [sideRoad.sM - halfM, sideRoad.sM + halfM];
      });
    })
    .sort((a, b) => a - b);
}

export function mouthAt({ sideRoads }: World, sM: number): Mouth | undefined {
  const mouth: Mouth = { left: 0, right: 0 };
  for (const sideRoad of sideRoads) {
    const depthM = mouthDepthM(sideRoad, sM);
    if (sideRoad.sides.includes(1)) mouth.left = Math.max(mouth.left, depthM);
    if (sideRoad.sides.includes(-1)) mouth.right = Math.max(mouth.right, depthM);
  }
  return mouth.left + mouth.right > 0 ? mouth : undefined;
}
