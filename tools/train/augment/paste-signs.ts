import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { RgbImage, SignSample, TruthBox } from '../../datasets/sample.js';
import type { Random } from '../random.js';
import { findPlace } from './find-place.js';
import { paintBox } from './paint-box.js';
import { lightGain, valueAt } from './resample.js';
import { cropMarginShare, signOpacity } from './sign-outline.js';

/** A picture with its boxes. */
export interface Scene {
  image: RgbImage;
  boxes: readonly TruthBox[];
}

export interface PasteOptions {
  crops: readonly SignSample[];
  /** A crop's pixels. */
  load: (crop: SignSample) => Promise<RgbImage>;
  /** Most signs, at least one. */
  most: number;
  /** Edge of the smallest and the largest sign, pixels of the picture. */
  edgePx: readonly [number, number];
}

/**
 * Pastes one to `most` signs into a copy of a picture, each by its outline with a soft edge, its light drawn
 * halfway to that of the place where it stands, and adds their boxes as traffic signs. What stands there already
 * is left uncovered; a sign that finds no place is left out. The picture given is not changed.
 */
export async function pasteSigns(
  scene: Scene,
  options: PasteOptions,
  random: Random,
): Promise<Scene> {
  const { widthPx, heightPx } = scene.image;
  const image = { widthPx, heightPx, data: scene.image.data.slice() };
  const boxes = [...scene.boxes];
  const count = 1 + random.below(options.most);
  for (let i = 0; i < count; i++) {
    const crop = options.crops[random.below(options.crops.length)]!;
    const box = findPlace(image, boxes, options.edgePx, 1, random);
    if (!box) continue;
    pasteCrop(image, await options.load(crop), crop.classId, box);
    boxes.push({ className: 'traffic_sign', boxXyxyPx: box, weight: 1 });
  }
  return { image, boxes };
}

/** Draws a crop so that the sign in it fills the box; its margin is left out by the outline. */
function pasteCrop(image: RgbImage, crop: RgbImage, classId: number, box: BoxXyxy): void {
  const [left, top, right, bottom] = box;
  // The box shows all of the crop but its margin.
  const inner = 1 - 2 * cropMarginShare;
  const feather = Math.max(0.02, (1.2 * inner) / Math.min(right - left, bottom - top));
  const whole: BoxXyxy = [0, 0, crop.widthPx, crop.heightPx];
  const gain = lightGain({ image, box }, { image: crop, box: whole });
  paintBox(image, box, (x, y, colour) => {
    const cropX = cropMarginShare + x * inner;
    const cropY = cropMarginShare + y * inner;
    colour[3] = signOpacity(classId, cropX, cropY, feather);
    if (colour[3] === 0) return;
    for (let channel = 0; channel < 3; channel++)
      colour[channel] = Math.min(255, gain * valueAt(crop, cropX, cropY, channel));
  });
}
