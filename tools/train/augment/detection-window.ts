import { anyClass, type TruthBox } from '../../datasets/sample.js';
import type { Random } from '../random.js';
import type { MatchingBox } from '../targets/match-default-boxes.js';

/** Left, top, right, bottom in pixels of the picture; may reach beyond it. */
export type Window = readonly [number, number, number, number];

/** Share of a box that must stay in the window for the box to be learnt; below it the box is ignored. */
const keptShare = 0.4;
/** Boxes smaller than this in the network's input are too small to learn, pixels. */
const smallestEdgePx = 2.5;

/**
 * Draws the part of a picture to show: all of it, enlarged (a crop that holds the centre of a box, as in Liu et
 * al. 2016, section 3.6), or shrunk on a larger canvas, which makes the small objects that pictures lack.
 */
export function drawWindow(
  widthPx: number,
  heightPx: number,
  boxes: readonly TruthBox[],
  random: Random,
  strength: number,
): Window {
  const kind = random.next();
  const whole: Window = [0, 0, widthPx, heightPx];
  if (strength === 0 || kind < 0.2) return whole;
  if (kind < 0.5) return enlarged(widthPx, heightPx, random, strength);
  const objects = boxes.filter((box) => box.weight > 0);
  for (let attempt = 0; attempt < 12; attempt++) {
    const width = widthPx * random.between(0.35, 1);
    const height = heightPx * Math.min(1, (width / widthPx) * Math.exp(random.normal() * 0.2));
    const left = random.next() * (widthPx - width);
    const top = random.next() * (heightPx - height);
    const window: Window = [left, top, left + width, top + height];
    if (objects.length === 0 || objects.some((box) => holdsCentre(window, box))) return window;
  }
  return whole;
}

function enlarged(widthPx: number, heightPx: number, random: Random, strength: number): Window {
  const factor = 1 + random.next() * 1.6 * strength;
  const width = widthPx * factor * Math.exp(random.normal() * 0.12);
  const height = heightPx * factor * Math.exp(random.normal() * 0.12);
  const left = -random.next() * Math.max(0, width - widthPx);
  const top = -random.next() * Math.max(0, height - heightPx);
  return [left, top, left + width, top + height];
}

function holdsCentre([left, top, right, bottom]: Window, { boxXyxyPx: box }: TruthBox): boolean {
  const x = (box[0] + box[2]) / 2;
  const y = (box[1] + box[3]) / 2;
  return x > left && x < right && y > top && y < bottom;
}

/**
 * Returns the true boxes as the network's input shows them, as shares of it. Boxes that are mostly cut off, too small,
 * or of which the teacher is unsure become regions to ignore.
 */
export function boxesInWindow(
  boxes: readonly TruthBox[],
  [left, top, right, bottom]: Window,
  isFlipped: boolean,
  classes: readonly string[],
  inputPx: { widthPx: number; heightPx: number },
  trustedWeight: number,
): MatchingBox[] {
  const width = right - left;
  const height = bottom - top;
  const seen: MatchingBox[] = [];
  for (const { className, boxXyxyPx, weight } of boxes) {
    const x0 = (boxXyxyPx[0] - left) / width;
    const y0 = (boxXyxyPx[1] - top) / height;
    const x1 = (boxXyxyPx[2] - left) / width;
    const y1 = (boxXyxyPx[3] - top) / height;
    const [cx0, cy0, cx1, cy1] = [
      Math.max(0, x0),
      Math.max(0, y0),
      Math.min(1, x1),
      Math.min(1, y1),
    ];
    if (cx1 <= cx0 || cy1 <= cy0) continue;
    const kept = ((cx1 - cx0) * (cy1 - cy0)) / ((x1 - x0) * (y1 - y0));
    const isTooSmall =
      (cx1 - cx0) * inputPx.widthPx < smallestEdgePx ||
      (cy1 - cy0) * inputPx.heightPx < smallestEdgePx;
    const isLearnt =
      weight >= trustedWeight && kept >= keptShare && !isTooSmall && className !== anyClass;
    const classId = isLearnt ? classes.indexOf(className) : -1;
    seen.push({
      classId,
      boxXyxyNorm: isFlipped ? [1 - cx1, cy0, 1 - cx0, cy1] : [cx0, cy0, cx1, cy1],
      weight,
    });
  }
  return seen;
}
