import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { RgbImage } from '../../datasets/sample.js';

/** Mean of all channels over about 64 pixels of a box, 0..255. */
export function meanLight({ widthPx, heightPx, data }: RgbImage, box: BoxXyxy): number {
  let sum = 0;
  for (let i = 0; i < 64; i++) {
    const x = box[0] + (((i % 8) + 0.5) / 8) * (box[2] - box[0]);
    const y = box[1] + ((Math.floor(i / 8) + 0.5) / 8) * (box[3] - box[1]);
    const column = Math.min(widthPx - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(heightPx - 1, Math.max(0, Math.floor(y)));
    const at = (row * widthPx + column) * 3;
    sum += data[at]! + data[at + 1]! + data[at + 2]!;
  }
  return sum / (64 * 3);
}
