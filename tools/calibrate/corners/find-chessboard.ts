import { type GreyPicture, halveGrey } from '../../../src/calibration/grey-picture.js';
import type { Board, Search, Sighting } from '../board/board.js';
import { findCrossings } from './crossings.js';
import { edgeWidthPx } from './edge-width.js';
import { type CornerGrid, growGrids, trimGrid, turnGrid } from './grow-grid.js';
import { refineCorner } from './refine-corner.js';

/** The search begins at the pyramid level of at most this width: finer ones show grain, coarser ones lose small squares. */
const firstLevelPx = 1400;
const smallestLevelPx = 160;
/** Half the window of the refinement, as a share of the distance to the nearest corner: it must not reach the next edge. */
const windowShare = 0.4;
const windowPx = { min: 2, max: 7 };
/** A grid of this many corners is a board, though perhaps a different one. */
const leastOther = 12;

/** A grid with the size of a pixel of its level, in pixels of the picture. */
interface Level {
  grids: CornerGrid[];
  scale: number;
  widthPx: number;
  heightPx: number;
}

/**
 * Finds the inner corners of a chessboard with sub-pixel accuracy, in rows from the top left. The full board must be
 * visible; its first row is the upper one of the two possible. `problem` says what was found instead: no board,
 * a board of another size, a part of one, two boards.
 */
export function findChessboard(grey: GreyPicture, board: Board): Search {
  let best: { problem: string; corners: number } = {
    problem: `no ${board.cols}x${board.rows} chessboard found`,
    corners: 0,
  };
  for (const level of levels(grey)) {
    const { grids, scale } = level;
    const whole = grids.flatMap((grid) => wholeBoards(grid, board));
    if (whole.length > 1) return { problem: 'two boards of the size asked for' };
    if (whole.length === 1) {
      const sighting = refineBoard(grey, whole[0]!, scale);
      if (sighting !== undefined) return { found: sighting };
    }
    const largest = grids[0] && trimGrid(grids[0]);
    const corners = largest?.corners.filter((one) => one !== undefined).length ?? 0;
    if (largest !== undefined && corners >= leastOther && corners > best.corners)
      best = { problem: describe(largest, corners, board, level), corners };
  }
  return { problem: best.problem };
}

function* levels(grey: GreyPicture): Generator<Level, void, void> {
  const pictures = [grey];
  while (pictures.at(-1)!.widthPx / 2 >= smallestLevelPx)
    pictures.push(halveGrey(pictures.at(-1)!));
  const first = Math.max(
    pictures.findIndex(({ widthPx }) => widthPx <= firstLevelPx),
    0,
  );
  // Coarser levels next: they are quick, and show a blurred board. Finer ones last.
  const all = [...pictures.keys()];
  const order = [...all.slice(first), ...all.slice(0, first).reverse()];
  for (const level of order) {
    const picture = pictures[level]!;
    const { widthPx, heightPx } = picture;
    const grids = growGrids(findCrossings(picture), widthPx);
    yield { grids, scale: 2 ** level, widthPx, heightPx };
  }
}

/** Complete boards in a grid, in the board's own orientation. */
function wholeBoards(grid: CornerGrid, { cols, rows }: Board): CornerGrid[] {
  const trimmed = trimGrid(grid);
  const ways = cols === rows ? [trimmed] : [trimmed, turnGrid(trimmed)];
  const fitting = ways.find((way) => way.cols === cols && way.rows === rows);
  if (fitting === undefined) return [];
  const holes = fitting.corners.filter((one) => one === undefined).length;
  return holes <= 0.1 * cols * rows ? [upright(fitting)] : [];
}

/** Of the ways to turn a board onto itself, the one whose rows run from left to right, or downwards if it is on its side. */
function upright(grid: CornerGrid): CornerGrid {
  const half = (one: CornerGrid): CornerGrid => ({ ...one, corners: one.corners.toReversed() });
  const ways =
    grid.cols === grid.rows
      ? [grid, turnGrid(grid), half(grid), half(turnGrid(grid))]
      : [grid, half(grid)];
  const towardsRight = (one: CornerGrid): number => {
    const row = one.corners.slice(0, one.cols).filter((corner) => corner !== undefined);
    const first = row[0]!;
    const last = row.at(-1)!;
    // A little of v decides between the two directions of a vertical row.
    return last.u - first.u + 0.1 * (last.v - first.v);
  };
  return ways.reduce((best, way) => (towardsRight(way) > towardsRight(best) ? way : best));
}

function describe(
  grid: CornerGrid,
  corners: number,
  { cols, rows }: Board,
  level: { widthPx: number; heightPx: number },
): string {
  const long = Math.max(grid.cols, grid.rows);
  const short = Math.min(grid.cols, grid.rows);
  const fits = long <= Math.max(cols, rows) && short <= Math.min(cols, rows);
  const isFull = corners === grid.cols * grid.rows;
  // If a full grid's next corners would still be in the picture, the board really ends there.
  if (fits && !(isFull && endsInside(grid, level)))
    return `a part of a board: ${corners} corners found, expected ${cols * rows} of ${cols}x${rows}`;
  return `a board of another size: ${isFull ? '' : 'about '}${long}x${short} corners found, expected ${cols}x${rows}`;
}

/** Whether one more row or column would still be inside the picture on every side. */
function endsInside(
  { cols, rows, corners }: CornerGrid,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): boolean {
  if (cols < 2 || rows < 2) return false;
  const beyond = (edge: number, inner: number): boolean => {
    const [a, b] = [corners[edge]!, corners[inner]!];
    const [u, v] = [2 * a.u - b.u, 2 * a.v - b.v];
    return u >= 0 && v >= 0 && u < widthPx && v < heightPx;
  };
  for (let col = 0; col < cols; col++) {
    const last = (rows - 1) * cols + col;
    if (!beyond(col, col + cols) || !beyond(last, last - cols)) return false;
  }
  for (let row = 0; row < rows; row++) {
    const first = row * cols;
    const last = first + cols - 1;
    if (!beyond(first, first + 1) || !beyond(last, last - 1)) return false;
  }
  return true;
}

function refineBoard(grey: GreyPicture, grid: CornerGrid, scale: number): Sighting | undefined {
  const { cols, rows } = grid;
  // Converts pixel centres: a pixel of the level covers scale x scale pixels of the picture.
  const places = fillHoles(grid).map(
    (place) =>
      place && ([place[0], place[1]].map((x) => (x + 0.5) * scale - 0.5) as [number, number]),
  );
  if (places.some((place) => place === undefined)) return undefined;
  const rough = places as [number, number][];
  const pointsPx = new Float64Array(2 * cols * rows);
  for (const [index, [u, v]] of rough.entries()) {
    const nearest = nearestNeighbourPx(rough, index, cols, rows);
    const half = Math.min(Math.max(nearest * windowShare, windowPx.min), windowPx.max);
    const refined = coarseToFine(grey, u, v, half, scale);
    if (refined === undefined) return undefined;
    pointsPx.set(refined, 2 * index);
  }
  const ids = Int32Array.from({ length: cols * rows }, (_, i) => i);
  return { ids, pointsPx, edgeWidthPx: edgeWidthPx(grey, pointsPx, cols, rows) };
}

/** Refines with a wide window first, because a position on a coarse level is off by up to a pixel of that level. */
function coarseToFine(
  grey: GreyPicture,
  u: number,
  v: number,
  half: number,
  scale: number,
): [number, number] | undefined {
  const wide = scale > 1 ? refineCorner(grey, u, v, Math.max(half, 2 * scale)) : undefined;
  const [wideU, wideV] = wide ?? [u, v];
  return refineCorner(grey, wideU, wideV, half) ?? wide;
}

function nearestNeighbourPx(
  places: readonly [number, number][],
  index: number,
  cols: number,
  rows: number,
): number {
  const col = index % cols;
  const row = Math.floor(index / cols);
  const [u, v] = places[index]!;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [dc, dr] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    if (col + dc < 0 || col + dc >= cols || row + dr < 0 || row + dr >= rows) continue;
    const [ou, ov] = places[(row + dr) * cols + col + dc]!;
    nearest = Math.min(nearest, Math.hypot(ou - u, ov - v));
  }
  return nearest;
}

/** Positions of a grid's corners; missing ones are inter- or extrapolated from neighbours in their row and column. */
function fillHoles({ cols, rows, corners }: CornerGrid): ([number, number] | undefined)[] {
  const at = (col: number, row: number) =>
    col >= 0 && col < cols && row >= 0 && row < rows ? corners[row * cols + col] : undefined;
  return corners.map((corner, index) => {
    if (corner !== undefined) return [corner.u, corner.v];
    const col = index % cols;
    const row = Math.floor(index / cols);
    const guesses: [number, number][] = [];
    for (const [dc, dr] of [
      [1, 0],
      [0, 1],
    ] as const) {
      const before = at(col - dc, row - dr);
      const after = at(col + dc, row + dr);
      if (before && after) guesses.push([(before.u + after.u) / 2, (before.v + after.v) / 2]);
      for (const way of [1, -1]) {
        const near = at(col + way * dc, row + way * dr);
        const far = at(col + 2 * way * dc, row + 2 * way * dr);
        if (near && far) guesses.push([2 * near.u - far.u, 2 * near.v - far.v]);
      }
    }
    if (guesses.length === 0) return undefined;
    const mean = (axis: 0 | 1) =>
      guesses.reduce((sum, guess) => sum + guess[axis], 0) / guesses.length;
    return [mean(0), mean(1)];
  });
}
