import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { RgbImage } from '../../datasets/sample.js';

/**
 * Paints a box of a picture, in place. For every pixel whose centre may be in the box, `shade` receives that centre as
 * shares of the box (0..1 inside) and writes red, green, blue (0..255) and opacity (0..1; 0 leaves the pixel as it is).
 */
export function paintBox(
  { widthPx, heightPx, data }: RgbImage,
  [left, top, right, bottom]: BoxXyxy,
  shade: (x: number, y: number, colour: Float64Array) => void,
): void {
  const colour = new Float64Array(4);
  const lastRow = Math.min(heightPx, Math.ceil(bottom));
  const lastColumn = Math.min(widthPx, Math.ceil(right));
  for (let row = Math.max(0, Math.floor(top)); row < lastRow; row++) {
    const y = (row + 0.5 - top) / (bottom - top);
    for (let column = Math.max(0, Math.floor(left)); column < lastColumn; column++) {
      shade((column + 0.5 - left) / (right - left), y, colour);
      const opacity = colour[3]!;
      if (opacity === 0) continue;
      const at = (row * widthPx + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const there = data[at + channel]!;
        const value = there + opacity * (colour[channel]! - there);
        data[at + channel] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}
