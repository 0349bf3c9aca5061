import type { RgbImage } from '../datasets/sample.js';

/** The picture without its first rows and columns. */
export function movedBy({ widthPx, heightPx, data }: RgbImage, stepPx: number): RgbImage {
  const [width, height] = [widthPx - stepPx, heightPx - stepPx];
  const moved = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((row + stepPx) * widthPx + stepPx) * 3;
    moved.set(data.subarray(start, start + width * 3), row * width * 3);
  }
  return { widthPx: width, heightPx: height, data: moved };
}
