import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { DetectionSample, RgbImage, TruthBox } from '../../datasets/sample.js';
import type { Random } from '../random.js';
import { findPlace } from './find-place.js';
import { paintBox } from './paint-box.js';
import type { Scene } from './paste-signs.js';
import { lightGain, valueAt } from './resample.js';

/** A labelled object of a training picture. */
export interface CutOut {
  sample: DetectionSample;
  box: TruthBox;
}

export interface PasteCutOutsOptions {
  cutOuts: readonly CutOut[];
  /** Loads a picture's pixels. */
  load: (sample: DetectionSample) => Promise<RgbImage>;
  /** Most objects, at least one. */
  most: number;
  /** Smallest and largest factor on the object's share of its own picture. */
  scale: readonly [number, number];
}

/** Share of a cut-out's edge over which it fades into the picture. */
const featherShare = 0.08;

/** Returns the objects of `classes` that were not labelled by a teacher and are at least `leastEdgePx` wide and high. */
export function cutOutsOf(
  samples: readonly DetectionSample[],
  classes: readonly string[],
  leastEdgePx = 10,
): CutOut[] {
  const isUsable = ({ className, weight, boxXyxyPx: [left, top, right, bottom] }: TruthBox) =>
    classes.includes(className) &&
    weight === 1 &&
    Math.min(right - left, bottom - top) >= leastEdgePx;
  return samples.flatMap((sample) => sample.boxes.filter(isUsable).map((box) => ({ sample, box })));
}

/**
 * Pastes one to `most` objects, cut out of other pictures by their boxes and mirrored at random, into a copy of a picture,
 * with soft edges and their brightness moved halfway to that of the place, and adds their boxes (Dwibedi et al. 2017, Cut,
 * paste and learn). An object keeps its share of the picture's width and height, times a factor, so the network's input
 * shows it in its own proportions. Existing objects are not covered; an object for which there is no place is
 * omitted. The given picture is not changed.
 */
export async function pasteCutOuts(
  scene: Scene,
  options: PasteCutOutsOptions,
  random: Random,
): Promise<Scene> {
  const { widthPx, heightPx } = scene.image;
  const image = { widthPx, heightPx, data: scene.image.data.slice() };
  const boxes = [...scene.boxes];
  const [smallest, largest] = options.scale;
  const count = 1 + random.below(options.most);
  for (let i = 0; i < count; i++) {
    const { sample, box } = options.cutOuts[random.below(options.cutOuts.length)]!;
    const factor = smallest * (largest / smallest) ** random.next();
    const isMirrored = random.chance(0.5);
    const from = await options.load(sample);
    const [left, top, right, bottom] = box.boxXyxyPx;
    const width = ((right - left) / from.widthPx) * widthPx * factor;
    const height = ((bottom - top) / from.heightPx) * heightPx * factor;
    const edge = Math.sqrt(width * height);
    const place = findPlace(image, boxes, [edge, edge], width / height, random);
    if (!place) continue;
    paint(image, place, from, box.boxXyxyPx, isMirrored);
    boxes.push({ ...box, boxXyxyPx: place });
  }
  return { image, boxes };
}

function paint(
  image: RgbImage,
  place: BoxXyxy,
  from: RgbImage,
  cut: BoxXyxy,
  isMirrored: boolean,
): void {
  const gain = lightGain({ image, box: place }, { image: from, box: cut });
  const [left, top, right, bottom] = cut;
  paintBox(image, place, (x, y, colour) => {
    const inside = Math.min(x, 1 - x, y, 1 - y);
    colour[3] = Math.min(1, Math.max(0, inside / featherShare));
    const fromX = (left + (isMirrored ? 1 - x : x) * (right - left)) / from.widthPx;
    const fromY = (top + y * (bottom - top)) / from.heightPx;
    for (let channel = 0; channel < 3; channel++)
      colour[channel] = Math.min(255, gain * valueAt(from, fromX, fromY, channel));
  });
}
