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
  /** Loads a crop's pixels. */
  load: (crop: SignSample) => Promise<RgbImage>;
  /** Most signs, at least one. */
  most: number;
  /** Edge of the smallest and the largest sign, pixels of the picture. */
  edgePx: readonly [number, number];
}

/**
 * Pastes one to `most` signs into a copy of a picture, each cut along its outline with a soft edge and its brightness
 * moved halfway to that of its place, and adds their boxes as traffic signs. Existing objects are not
 * covered; a sign for which there is no place is omitted. The given picture is not changed.
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

/** Draws a crop so that the sign in it fills the box; the outline cuts off the crop's margin. */
function pasteCrop(image: RgbImage, crop: RgbImage, classId: number, box: BoxXyxy): void {
  const [left, top, right, bottom] = box;
  // The box shows the crop without its margin.
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
