import type { BoxXyxy } from './box-geometry.js';
import type { RgbImage } from './sample.js';

/** A copy of the part of a picture that a box covers, whole pixels, at least one. */
export function cutOut(image: RgbImage, box: Readonly<BoxXyxy>): RgbImage {
  const left = Math.max(0, Math.min(image.widthPx - 1, Math.floor(box[0])));
  const top = Math.max(0, Math.min(image.heightPx - 1, Math.floor(box[1])));
  const widthPx = Math.max(1, Math.min(image.widthPx, Math.ceil(box[2])) - left);
  const heightPx = Math.max(1, Math.min(image.heightPx, Math.ceil(box[3])) - top);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    const from = ((top + y) * image.widthPx + left) * 3;
    data.set(image.data.subarray(from, from + widthPx * 3), y * widthPx * 3);
  }
  return { widthPx, heightPx, data };
}
