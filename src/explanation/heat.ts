import type { RgbImage } from '../frame/rgb-image.js';
import { type SaliencyMap, saliencyAt } from './saliency-map.js';

/** How much each place of the full frame counts, 0..255, row-major. */
export interface Heat {
  columns: number;
  rows: number;
  values: Uint8Array;
}

/** Columns of a heat map. */
const heatColumns = 256;

/** Resamples a map of what the network sees to the full frame. */
export function heatOver(
  { widthPx, heightPx }: Pick<RgbImage, 'widthPx' | 'heightPx'>,
  map: SaliencyMap,
  placeOf: (xPx: number, yPx: number) => readonly [number, number] | undefined,
): Heat {
  const columns = Math.min(heatColumns, widthPx);
  const rows = Math.max(1, Math.round((columns * heightPx) / widthPx));
  const values = new Uint8Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      const place = placeOf(((column + 0.5) * widthPx) / columns, ((row + 0.5) * heightPx) / rows);
      values[i] = place === undefined ? 0 : 255 * saliencyAt(map, place[0], place[1]);
    }
  return { columns, rows, values };
}
