import { boxIou } from '../../datasets/box-geometry.js';
import type { TruthBox } from '../../datasets/sample.js';
import type { Random } from '../random.js';
import type { Window } from './detection-window.js';

/** Least overlap of the crop with one of the boxes; undefined requires none. */
const leastOverlaps: readonly (number | undefined)[] = [0.1, 0.3, 0.5, 0.7, 0.9, undefined];
const tries = 50;
/** Largest edge of the canvas, as a multiple of the picture's edge. */
const largestCanvas = 4;

/**
 * SSD's crops (Liu et al. 2016, section 2.2): the whole picture, a crop that overlaps a box by at least 0.1, 0.3, 0.5,
 * 0.7 or 0.9 (IoU), or any crop; its edges 0.3 to 1 of the picture's, its ratio of width to height half to twice the
 * picture's. Before that, with a probability of one half, the picture is put on a canvas of up to four times its edges
 * (section 3.6), and the crop is taken from the canvas.
 */
export function drawSsdWindow(
  widthPx: number,
  heightPx: number,
  boxes: readonly TruthBox[],
  random: Random,
): Window {
  const canvas = random.chance(0.5) ? drawCanvas(widthPx, heightPx, random) : undefined;
  const [left, top, right, bottom] = canvas ?? [0, 0, widthPx, heightPx];
  const whole: Window = [left, top, right, bottom];
  const choice = random.below(leastOverlaps.length + 1);
  if (choice === leastOverlaps.length) return whole;
  const least = leastOverlaps[choice];
  const objects = boxes.filter(({ weight }) => weight > 0);
  for (let attempt = 0; attempt < tries; attempt++) {
    const shareX = random.between(0.3, 1);
    const shareY = random.between(0.3, 1);
    if (shareX > 2 * shareY || shareY > 2 * shareX) continue;
    const width = (right - left) * shareX;
    const height = (bottom - top) * shareY;
    const x = left + random.next() * (right - left - width);
    const y = top + random.next() * (bottom - top - height);
    const window: Window = [x, y, x + width, y + height];
    if (isGoodCrop(window, objects, least)) return window;
  }
  return whole;
}

function drawCanvas(widthPx: number, heightPx: number, random: Random): Window {
  const factor = random.between(1, largestCanvas);
  const left = -random.next() * (factor - 1) * widthPx;
  const top = -random.next() * (factor - 1) * heightPx;
  return [left, top, left + factor * widthPx, top + factor * heightPx];
}

function isGoodCrop(
  window: Window,
  objects: readonly TruthBox[],
  least: number | undefined,
): boolean {
  if (objects.length === 0 || least === undefined) return true;
  return objects.some(({ boxXyxyPx }) => boxIou([...window], boxXyxyPx) >= least);
}
