import { type SaliencyMap, saliencyAt } from '../../src/explanation/saliency-map.js';
import type { RgbImage } from '../datasets/sample.js';

/** Colour of the most important places, and their opacity over the picture. */
const hotRgb = [255, 64, 32] as const;
const mostOpacity = 0.75;
/** The rest of the picture is dimmed to this share of its brightness, so that the colour stands out. */
const dimmed = 0.6;

/**
 * Paints the map over the picture, in place. `placeOf` gives a pixel's place on the map as shares of its width and
 * height, undefined if the network does not see the pixel.
 */
export function drawSaliency(
  { widthPx, heightPx, data }: RgbImage,
  map: SaliencyMap,
  placeOf: (xPx: number, yPx: number) => readonly [number, number] | undefined,
): void {
  for (let y = 0, i = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, i += 3) {
      const place = placeOf(x + 0.5, y + 0.5);
      const opacity = place === undefined ? 0 : mostOpacity * saliencyAt(map, place[0], place[1]);
      for (let c = 0; c < 3; c++)
        data[i + c] = data[i + c]! * dimmed * (1 - opacity) + hotRgb[c]! * opacity;
    }
}
