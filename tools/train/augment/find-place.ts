import { type BoxXyxy, overlapOfSmaller } from '../../datasets/box-geometry.js';
import type { RgbImage, TruthBox } from '../../datasets/sample.js';
import type { Random } from '../random.js';

/** Largest share of a smaller box that a pasted object may hide, or of itself that may lie in a larger one. */
const mostHidden = 0.05;
const placesTried = 10;

/**
 * Draws a box for a pasted object, in the part of the picture where signs and lights stand, that covers no existing box;
 * small boxes more often, as in the street. `edgePx`: the smallest and largest geometric mean of its sides;
 * `aspect`: width to height. Returns undefined if no place was found.
 */
export function findPlace(
  { widthPx, heightPx }: RgbImage,
  boxes: readonly TruthBox[],
  [smallest, largest]: readonly [number, number],
  aspect: number,
  random: Random,
): BoxXyxy | undefined {
  const stretch = Math.sqrt(aspect);
  const edge = Math.min(
    smallest * (largest / smallest) ** random.next(),
    widthPx / 2 / stretch,
    (heightPx / 2) * stretch,
  );
  const width = edge * stretch * Math.exp(random.normal() * 0.08);
  const height = (edge / stretch) * Math.exp(random.normal() * 0.05);
  for (let attempt = 0; attempt < placesTried; attempt++) {
    const left = random.next() * (widthPx - width);
    const top = Math.min(heightPx * random.between(0.05, 0.7), heightPx - height);
    const box: BoxXyxy = [left, top, left + width, top + height];
    const isFree = left >= 0 && top >= 0;
    if (isFree && boxes.every(({ boxXyxyPx }) => overlapOfSmaller(boxXyxyPx, box) <= mostHidden)) {
      return box;
    }
  }
  return undefined;
}
