import type { SegmentationOutputSpec } from '../../bundle/segmentation-spec.js';

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
 * For each column, the share of the height that is drivable without interruption from the bottom row up, 0..1.
 * `isDrivable[class]` is 1 for classes that a vehicle may drive on.
 */
export function freeSpaceByColumn(
  classMap: Uint8Array,
  widthPx: number,
  heightPx: number,
  isDrivable: Uint8Array,
): Float32Array {
  const freeRows = new Float32Array(widthPx);
  // Row by row from the bottom, in memory order; a column counts until a row interrupts it.
  let openColumns = widthPx;
  for (let row = heightPx - 1, rows = 0; row >= 0 && openColumns > 0; row--, rows++) {
    const start = row * widthPx;
    for (let column = 0; column < widthPx; column++) {
      if (freeRows[column] !== rows) continue;
      if (isDrivable[classMap[start + column]!] === 1) freeRows[column]!++;
      else openColumns--;
    }
  }
  for (let column = 0; column < widthPx; column++) freeRows[column]! /= heightPx;
  return freeRows;
}
