import { axisDifference, type Crossing } from './crossings.js';

/** Corners on a lattice. */
export interface CornerGrid {
  cols: number;
  rows: number;
  /** Row-major; undefined if no corner was found there. */
  corners: (Crossing | undefined)[];
}

/** Neighbours of a corner, at most four along its edges, in this order: +a, +b, -a, -b. */
type Links = (number | undefined)[];

/** Largest difference in axes, radians, of neighbouring corners, which share edges seen in perspective and through a lens. */
const maxAxisDifference = 0.45;
/** Largest angle of a neighbour off the line of the edge, radians. */
const maxBearing = 0.35;
const cellPx = 32;
/** Largest distance of a neighbour, as a share of the picture's width. */
const farthestShare = 0.2;

/**
 * Finds lattices of corners: each corner is linked to the nearest one along each of its edges at which dark and bright
 * have swapped sides (as they always do between neighbours on a chessboard). Both must choose each other; connected
 * corners form a grid. Largest first.
 */
export function growGrids(crossings: readonly Crossing[], widthPx: number): CornerGrid[] {
  const links = linkNeighbours(crossings, widthPx * farthestShare);
  const places = new Map<number, [number, number]>();
  const grids: CornerGrid[] = [];
  for (let seed = 0; seed < crossings.length; seed++) {
    if (places.has(seed)) continue;
    const members = walk(seed, crossings, links, places);
    if (members.size >= 4) grids.push(toGrid(members, crossings));
  }
  return grids.sort((a, b) => cornersIn(b) - cornersIn(a));
}

const cornersIn = ({ corners }: CornerGrid) => corners.filter((one) => one !== undefined).length;

function linkNeighbours(crossings: readonly Crossing[], farthestPx: number): Links[] {
  const cells = new Map<string, number[]>();
  const cellOf = (value: number) => Math.floor(value / cellPx);
  for (const [index, { u, v }] of crossings.entries()) {
    const key = `${cellOf(u)},${cellOf(v)}`;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [index]);
    else cell.push(index);
  }
  const wished = crossings.map((crossing, index): Links => {
    const nearest: Links = [undefined, undefined, undefined, undefined];
    const distances = [farthestPx, farthestPx, farthestPx, farthestPx];
    const reach = Math.ceil(farthestPx / cellPx);
    for (let ring = 0; ring <= reach; ring++) {
      // Corners in this ring of cells are at least this far away.
      if (Math.max(...distances) < (ring - 1) * cellPx) break;
      for (const other of ringCells(cells, cellOf(crossing.u), cellOf(crossing.v), ring)) {
        if (other === index) continue;
        const side = sideOf(crossing, crossings[other]!);
        if (side === undefined) continue;
        const distance = Math.hypot(
          crossings[other]!.u - crossing.u,
          crossings[other]!.v - crossing.v,
        );
        if (distance < distances[side]!) {
          distances[side] = distance;
          nearest[side] = other;
        }
      }
    }
    return nearest;
  });
  // A one-sided link comes from a stray mark next to the board.
  return wished.map((links, index) =>
    links.map((other) =>
      other !== undefined && wished[other]!.includes(index) ? other : undefined,
    ),
  );
}

function* ringCells(cells: Map<string, number[]>, x: number, y: number, ring: number) {
  for (let dy = -ring; dy <= ring; dy++)
    for (let dx = -ring; dx <= ring; dx++) {
      if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue;
      yield* cells.get(`${x + dx},${y + dy}`) ?? [];
    }
}

/** Side of `from` on which `to` is: 0 along the axis where dark begins, 1 along the other, 2 and 3 opposite; or undefined. */
function sideOf(from: Crossing, to: Crossing): number | undefined {
  // Dark and bright swap sides from corner to corner, so the axes do too.
  if (axisDifference(from.darkFromRad, to.brightFromRad) > maxAxisDifference) return undefined;
  if (axisDifference(from.brightFromRad, to.darkFromRad) > maxAxisDifference) return undefined;
  const ratio = from.contrast / to.contrast;
  if (ratio > 4 || ratio < 0.25) return undefined;
  const bearing = Math.atan2(to.v - from.v, to.u - from.u);
  for (const [axis, angle] of [from.darkFromRad, from.brightFromRad].entries()) {
    const difference = Math.atan2(Math.sin(bearing - angle), Math.cos(bearing - angle));
    if (Math.abs(difference) < maxBearing) return axis;
    if (Math.PI - Math.abs(difference) < maxBearing) return axis + 2;
  }
  return undefined;
}

/** Lattice coordinates of all corners connected to the seed; a corner whose place is already taken is left out. */
function walk(
  seed: number,
  crossings: readonly Crossing[],
  links: readonly Links[],
  places: Map<number, [number, number]>,
): Map<number, [number, number]> {
  const members = new Map<number, [number, number]>([[seed, [0, 0]]]);
  const taken = new Map<string, number>([['0,0', seed]]);
  places.set(seed, [0, 0]);
  // Bearing of the lattice's first axis at each member: it turns slowly over the board.
  const heading = new Map<number, number>([[seed, crossings[seed]!.darkFromRad]]);
  const queue = [seed];
  while (queue.length > 0) {
    const index = queue.shift()!;
    const from = crossings[index]!;
    const [col, row] = members.get(index)!;
    for (const other of links[index]!) {
      if (other === undefined || members.has(other) || places.has(other)) continue;
      const to = crossings[other]!;
      const bearing = Math.atan2(to.v - from.v, to.u - from.u);
      const first = heading.get(index)!;
      const second = secondAxis(from, first);
      const step = latticeStep(bearing, first, second);
      const key = `${col + step[0]},${row + step[1]}`;
      if (taken.has(key)) continue;
      taken.set(key, other);
      places.set(other, [0, 0]);
      members.set(other, [col + step[0], row + step[1]]);
      heading.set(other, closestAxis(to, first));
      queue.push(other);
    }
  }
  return members;
}

/** The direction of a corner (either axis, either way) that is closest to a bearing. */
function closestAxis(corner: Crossing, bearing: number): number {
  const ways = [corner.darkFromRad, corner.brightFromRad].flatMap((axis) => [axis, axis + Math.PI]);
  return ways.reduce((best, way) =>
    Math.cos(way - bearing) > Math.cos(best - bearing) ? way : best,
  );
}

/** The direction a quarter turn clockwise in the picture (y points down) from the first one. */
function secondAxis(corner: Crossing, first: number): number {
  const ways = [corner.darkFromRad, corner.brightFromRad].flatMap((axis) => [axis, axis + Math.PI]);
  return ways.reduce((best, way) => (Math.sin(way - first) > Math.sin(best - first) ? way : best));
}

function latticeStep(bearing: number, first: number, second: number): [number, number] {
  const steps: [number, [number, number]][] = [
    [first, [1, 0]],
    [second, [0, 1]],
    [first + Math.PI, [-1, 0]],
    [second + Math.PI, [0, -1]],
  ];
  return steps.reduce((best, step) =>
    Math.cos(step[0] - bearing) > Math.cos(best[0] - bearing) ? step : best,
  )[1];
}

function toGrid(
  members: Map<number, [number, number]>,
  crossings: readonly Crossing[],
): CornerGrid {
  const places = [...members.values()];
  const firstCol = Math.min(...places.map(([col]) => col));
  const firstRow = Math.min(...places.map(([, row]) => row));
  const cols = Math.max(...places.map(([col]) => col)) - firstCol + 1;
  const rows = Math.max(...places.map(([, row]) => row)) - firstRow + 1;
  const corners = new Array<Crossing | undefined>(cols * rows).fill(undefined);
  for (const [index, [col, row]] of members)
    corners[(row - firstRow) * cols + col - firstCol] = crossings[index];
  return { cols, rows, corners };
}

/** Removes outer rows and columns of which less than half was found: marks next to the board that fitted by chance. */
export function trimGrid(grid: CornerGrid): CornerGrid {
  let trimmed = grid;
  for (;;) {
    const { cols, rows } = trimmed;
    const lines: [number, number[]][] = [
      [0, Array.from({ length: cols }, (_, col) => col)],
      [1, Array.from({ length: cols }, (_, col) => (rows - 1) * cols + col)],
      [2, Array.from({ length: rows }, (_, row) => row * cols)],
      [3, Array.from({ length: rows }, (_, row) => row * cols + cols - 1)],
    ];
    const shares = lines.map(
      ([, at]) => at.filter((index) => trimmed.corners[index] !== undefined).length / at.length,
    );
    const weakest = shares.indexOf(Math.min(...shares));
    if (shares[weakest]! >= 0.5 || cols <= 1 || rows <= 1) return trimmed;
    trimmed = cropGrid(
      trimmed,
      weakest === 2 ? 1 : 0,
      weakest === 0 ? 1 : 0,
      cols - (weakest >= 2 ? 1 : 0),
      rows - (weakest < 2 ? 1 : 0),
    );
  }
}

/** A part of a grid. */
export function cropGrid(
  grid: CornerGrid,
  firstCol: number,
  firstRow: number,
  cols: number,
  rows: number,
): CornerGrid {
  const corners = Array.from(
    { length: cols * rows },
    (_, i) => grid.corners[(firstRow + Math.floor(i / cols)) * grid.cols + firstCol + (i % cols)],
  );
  return { cols, rows, corners };
}

/** The same corners with columns and rows swapped, turned so that a clockwise grid stays clockwise. */
export function turnGrid({ cols, rows, corners }: CornerGrid): CornerGrid {
  const turned = Array.from({ length: corners.length }, (_, i) => {
    const col = i % rows;
    const row = Math.floor(i / rows);
    return corners[(rows - 1 - col) * cols + row];
  });
  return { cols: rows, rows: cols, corners: turned };
}
