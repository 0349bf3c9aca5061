import type { Random } from '../random.js';
import type { MatchingBox } from '../targets/match-default-boxes.js';
import type { Window } from './detection-window.js';

/** A part of the network's input, whole pixels. */
export interface Tile {
  leftPx: number;
  topPx: number;
  widthPx: number;
  heightPx: number;
}

interface Size {
  widthPx: number;
  heightPx: number;
}

/** Draws the four parts around a point near the middle of the input (Bochkovskiy et al. 2020, section 3.3). */
export function drawTiles({ widthPx, heightPx }: Size, random: Random): Tile[] {
  const x = Math.round(widthPx * random.between(0.35, 0.65));
  const y = Math.round(heightPx * random.between(0.35, 0.65));
  const columns = [
    [0, x],
    [x, widthPx - x],
  ] as const;
  const rows = [
    [0, y],
    [y, heightPx - y],
  ] as const;
  return rows.flatMap(([topPx, tileHeightPx]) =>
    columns.map(([leftPx, tileWidthPx]) => ({
      leftPx,
      topPx,
      widthPx: tileWidthPx,
      heightPx: tileHeightPx,
    })),
  );
}

/** Draws the part of a window with a tile's shape, so that the tile stretches pictures no more than the full input does. */
export function windowForTile(window: Window, tile: Size, whole: Size, random: Random): Window {
  const [left, top, right, bottom] = window;
  // How much narrower the tile is than the input, by the ratio of width to height.
  const narrower = tile.widthPx / tile.heightPx / (whole.widthPx / whole.heightPx);
  const width = (right - left) * Math.min(1, narrower);
  const height = (bottom - top) * Math.min(1, 1 / narrower);
  const x = left + random.next() * (right - left - width);
  const y = top + random.next() * (bottom - top - height);
  return [x, y, x + width, y + height];
}

/** Converts a box from shares of a tile to shares of the full input. */
export function boxFromTile(box: MatchingBox, tile: Tile, whole: Size): MatchingBox {
  const [left, top, right, bottom] = box.boxXyxyNorm;
  const x = (share: number): number => (tile.leftPx + share * tile.widthPx) / whole.widthPx;
  const y = (share: number): number => (tile.topPx + share * tile.heightPx) / whole.heightPx;
  return { ...box, boxXyxyNorm: [x(left), y(top), x(right), y(bottom)] };
}

/** Copies a tile's planes [3, tile] into the input's [3, whole] at `offset`. */
export function placeTile(
  planes: Float32Array,
  tile: Tile,
  whole: Size,
  input: Float32Array,
  offset: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < tile.heightPx; row++) {
      const from = (channel * tile.heightPx + row) * tile.widthPx;
      const line = channel * whole.heightPx + tile.topPx + row;
      const to = offset + line * whole.widthPx + tile.leftPx;
      input.set(planes.subarray(from, from + tile.widthPx), to);
    }
  }
}
