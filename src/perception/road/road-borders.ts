import type { SegmentationResult } from '../results.js';
import type { MapContent } from '../segmentation/map-content.js';

/** Most borders of one side that are kept per row: a road with cars on it has three or four. */
const mostBorders = 8;

/** Classes that stand on the road or in front of its border: where the drivable area ends at one, the border is hidden. */
const hidingClasses: ReadonlySet<string> = new Set([
  ...[
    'car',
    'truck',
    'bus',
    'train',
    'motorcycle',
    'bicycle',
    'bicyclist',
    'rider',
    'caravan',
    'trailer',
  ],
  ...['person', 'pedestrian', 'pole', 'sign_symbol', 'traffic light', 'traffic sign'],
]);

/** By class id, 1 where the class may hide the road's border. */
export function hidingOf(classNames: readonly string[]): Uint8Array {
  const isHiding = new Uint8Array(256);
  for (const [id, name] of classNames.entries()) if (hidingClasses.has(name)) isHiding[id] = 1;
  return isHiding;
}

/** The borders of the drivable area in a class map, row by row. Reused for each map. */
export class RoadBorders {
  readonly rows: number;
  readonly #counts: readonly [Uint8Array, Uint8Array];
  /** Columns of the left and of the right borders, `mostBorders` per row. */
  readonly #columns: readonly [Float32Array, Float32Array];
  readonly #isDrivable: Uint8Array;
  readonly #isHiding: Uint8Array;
  /** Columns between which a border can be: those of the content's edges. */
  readonly #leftEdge: number;
  readonly #rightEdge: number;

  /** `content`: the part of the map that shows the frame, map pixels. */
  constructor(
    rows: number,
    isDrivable: Uint8Array,
    isHiding: Uint8Array,
    { left, right }: Pick<MapContent, 'left' | 'right'>,
  ) {
    this.rows = rows;
    this.#counts = [new Uint8Array(rows), new Uint8Array(rows)];
    this.#columns = [new Float32Array(rows * mostBorders), new Float32Array(rows * mostBorders)];
    this.#isDrivable = isDrivable;
    this.#isHiding = isHiding;
    // A pixel that is partly padding belongs to it; rounding must not make one.
    this.#leftEdge = Math.ceil(left - 1e-6);
    this.#rightEdge = Math.floor(right + 1e-6);
  }

  /** Reads a map. A border counts unless the neighbour is a hiding class, or the picture ends there. */
  read({ widthPx, runLengths, runClasses }: SegmentationResult): void {
    const [lefts, rights] = this.#counts;
    lefts.fill(0);
    rights.fill(0);
    let at = 0;
    for (let run = 0; run < runLengths.length; run++) {
      const start = at;
      at += runLengths[run]!;
      if (this.#isDrivable[runClasses[run]!] !== 1) continue;
      const [first, last] = [Math.floor(start / widthPx), Math.floor((at - 1) / widthPx)];
      const [startColumn, endColumn] = [start - first * widthPx, at - last * widthPx];
      if (this.#isInside(startColumn) && this.#isSeen(runClasses[run - 1]!))
        this.#add(0, first, startColumn);
      if (this.#isInside(endColumn) && this.#isSeen(runClasses[run + 1]!))
        this.#add(1, last, endColumn);
    }
  }

  /**
   * Column of a side's border (0 left, 1 right) nearest to `nearPx`, both in pixels from the map's left edge, at `yPx`
   * pixels from its top edge; NaN if none is within `gatePx`.
   */
  columnAt(side: 0 | 1, yPx: number, nearPx: number, gatePx: number): number {
    const row = Math.floor(yPx - 0.5);
    const upper = this.#nearest(side, row, nearPx, gatePx);
    const lower = this.#nearest(side, row + 1, nearPx, gatePx);
    const share = yPx - 0.5 - row;
    return upper + share * (lower - upper);
  }

  /** Column of the first border of a side beyond `beyondPx`, to the left (0) or right (1) of it; NaN if there is none. */
  columnBeyond(side: 0 | 1, yPx: number, beyondPx: number): number {
    const row = Math.floor(yPx);
    let best = Number.NaN;
    if (row < 0 || row >= this.rows) return best;
    const columns = this.#columns[side];
    for (let i = row * mostBorders; i < row * mostBorders + this.#counts[side][row]!; i++) {
      const column = columns[i]!;
      if (side === 0 && column <= beyondPx && !(column <= best)) best = column;
      if (side === 1 && column >= beyondPx && !(column >= best)) best = column;
    }
    return best;
  }

  #nearest(side: 0 | 1, row: number, nearPx: number, gatePx: number): number {
    let best = Number.NaN;
    if (row < 0 || row >= this.rows) return best;
    const columns = this.#columns[side];
    let bestAway = gatePx;
    for (let i = row * mostBorders; i < row * mostBorders + this.#counts[side][row]!; i++) {
      const away = Math.abs(columns[i]! - nearPx);
      if (away > bestAway) continue;
      bestAway = away;
      best = columns[i]!;
    }
    return best;
  }

  #isInside(column: number): boolean {
    return column > this.#leftEdge && column < this.#rightEdge;
  }

  #isSeen(neighbour: number): boolean {
    return this.#isHiding[neighbour] !== 1;
  }

  #add(side: 0 | 1, row: number, column: number): void {
    const count = this.#counts[side][row]!;
    if (count === mostBorders) return;
    this.#columns[side][row * mostBorders + count] = column;
    this.#counts[side][row] = count + 1;
  }
}
