import type { SegmentationOutputSpec } from '../../bundle/segmentation-spec.js';
import { type MapContent, wholeMap } from './map-content.js';

/** By class id, 1 where a vehicle may drive. */
export function drivableOf({
  classes,
  drivable,
}: Pick<SegmentationOutputSpec, 'classes' | 'drivable'>): Uint8Array {
  const isDrivable = new Uint8Array(256);
  for (const name of drivable) isDrivable[classes.indexOf(name)] = 1;
  return isDrivable;
}

/**
 * For each column, the share of the height that is drivable without interruption from the bottom up, 0..1.
 * `isDrivable[class]` is 1 for classes that a vehicle may drive on. Padding below the content is passed over and counted, so
 * that `1 - share` is always a height in the map; columns of padding have 0.
 */
export function freeSpaceByColumn(
  classMap: Uint8Array,
  widthPx: number,
  heightPx: number,
  isDrivable: Uint8Array,
  { left, top, right, bottom }: MapContent = wholeMap(widthPx, heightPx),
): Float32Array {
  const freeRows = new Float32Array(widthPx).fill(heightPx - bottom, left, right);
  // Row by row from the bottom, in memory order; a column counts until a row interrupts it.
  let openColumns = right - left;
  for (
    let row = bottom - 1, rows = heightPx - bottom;
    row >= top && openColumns > 0;
    row--, rows++
  ) {
    const start = row * widthPx;
    for (let column = left; column < right; column++) {
      if (freeRows[column] !== rows) continue;
      if (isDrivable[classMap[start + column]!] === 1) freeRows[column]!++;
      else openColumns--;
    }
  }
  for (let column = 0; column < widthPx; column++) freeRows[column]! /= heightPx;
  return freeRows;
}
