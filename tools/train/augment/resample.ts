import type { BoxXyxy } from '../../datasets/box-geometry.js';
import type { RgbImage } from '../../datasets/sample.js';
import { meanLight } from './mean-light.js';

/** Bilinear value of a channel at a point in shares of a picture; outside, the border pixels are repeated. */
export function valueAt(
  { widthPx, heightPx, data }: RgbImage,
  x: number,
  y: number,
  channel: number,
): number {
  const px = Math.min(widthPx - 1, Math.max(0, x * widthPx - 0.5));
  const py = Math.min(heightPx - 1, Math.max(0, y * heightPx - 0.5));
  const x0 = Math.floor(px);
  const y0 = Math.floor(py);
  const x1 = Math.min(widthPx - 1, x0 + 1);
  const y1 = Math.min(heightPx - 1, y0 + 1);
  const value = (column: number, row: number): number =>
    data[(row * widthPx + column) * 3 + channel]!;
  const above = value(x0, y0) + (px - x0) * (value(x1, y0) - value(x0, y0));
  const below = value(x0, y1) + (px - x0) * (value(x1, y1) - value(x0, y1));
  return above + (py - y0) * (below - above);
}

/** Factor that moves an object's brightness halfway (by the square root) to that of its new place, 0.6 to 1.6. */
export function lightGain(
  place: { image: RgbImage; box: BoxXyxy },
  object: { image: RgbImage; box: BoxXyxy },
): number {
  const there = meanLight(place.image, place.box) + 8;
  const own = meanLight(object.image, object.box) + 8;
  return Math.min(1.6, Math.max(0.6, Math.sqrt(there / own)));
}
