import { PerceptionError } from '../../../src/frame/perception-error.js';

/** Kinds of calibration targets. */
export const boardKinds = ['chessboard', 'charuco', 'circles', 'asymmetric-circles'] as const;
export type BoardKind = (typeof boardKinds)[number];

/** ArUco dictionaries for a ChArUco board, by OpenCV's names without `DICT_`. */
export const arucoDictionaries = ['4X4_50', '5X5_100', '6X6_250'] as const;
export type ArucoDictionary = (typeof arucoDictionaries)[number];

/**
 * A flat calibration target. `cols` x `rows` counts what OpenCV counts: inner corners of a chessboard, circles of a
 * grid, squares of a ChArUco board.
 */
export interface Board {
  kind: BoardKind;
  cols: number;
  rows: number;
  /** Side of a square, or distance between the centres of neighbouring circles, metres. */
  squareM: number;
  /** ChArUco only: side of a marker, metres, less than the square. */
  markerM: number;
  dictionary: ArucoDictionary;
}

/** Largest count of columns or rows. */
const maxCount = 60;

/** Default share of a ChArUco square's side for the marker; OpenCV's samples print 0.5 to 0.8. */
export const usualMarkerShare = 0.75;

/**
 * Checks a board. `cols` and `rows` 3..60 (a grid of circles 2..60), sizes in metres above 0. Throws ERR_USAGE.
 */
export function makeBoard(board: {
  kind: BoardKind;
  cols: number;
  rows: number;
  squareM: number;
  markerM?: number | undefined;
  dictionary?: ArucoDictionary | undefined;
}): Board {
  const { kind, cols, rows, squareM } = board;
  const least = kind === 'charuco' || kind === 'chessboard' ? 3 : 2;
  for (const count of [cols, rows])
    if (!(Number.isInteger(count) && count >= least && count <= maxCount))
      throw new PerceptionError(
        'ERR_USAGE',
        `expected a board of ${least} to ${maxCount} columns and rows, found ${cols}x${rows}`,
      );
  if (!(squareM > 0 && squareM <= 10))
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a square of 0 to 10 metres, found ${squareM} (25 mm is 0.025)`,
    );
  const markerM = board.markerM ?? squareM * usualMarkerShare;
  if (!(markerM > 0 && markerM < squareM))
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a marker above 0 and below the square's ${squareM} m, found ${markerM}`,
    );
  return { kind, cols, rows, squareM, markerM, dictionary: board.dictionary ?? '5X5_100' };
}

/** Number of points that a board shows; for a ChArUco board its inner corners. */
export function pointCount({ kind, cols, rows }: Board): number {
  return kind === 'charuco' ? (cols - 1) * (rows - 1) : cols * rows;
}

/**
 * Positions of the points on the board, metres, x to the right and y downwards on the print, as [x0, y0, x1, y1, ...] in
 * rows from the top left. An asymmetric grid shifts every second row by half a step (`squareM`
 * is then OpenCV's diagonal raster: neighbours in a row are `2 * squareM` apart, rows `squareM`).
 */
export function boardPointsM(board: Board): Float64Array {
  const { kind, squareM } = board;
  const inner = kind === 'charuco' ? 1 : 0;
  const cols = board.cols - inner;
  const rows = board.rows - inner;
  const points = new Float64Array(cols * rows * 2);
  let at = 0;
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      points[at++] = (kind === 'asymmetric-circles' ? 2 * col + (row % 2) : col) * squareM;
      points[at++] = row * squareM;
    }
  return points;
}

/** A board's name for people: "9x6 chessboard". */
export const boardName = ({ kind, cols, rows }: Board): string =>
  `${cols}x${rows} ${kind === 'circles' ? 'grid of circles' : kind === 'asymmetric-circles' ? 'asymmetric grid of circles' : kind}`;

/** The points of a board that were found in a picture. */
export interface Sighting {
  /** Indices of the board's points, ascending. */
  ids: Int32Array;
  /** Their positions, pixels, [u0, v0, ...]; the top-left pixel's centre is (0, 0). */
  pointsPx: Float64Array;
  /** Width of the edges, pixels from 10 to 90 % of the step: 1 to 3 is sharp. Undefined if it was not measured. */
  edgeWidthPx: number | undefined;
}

/** Converts a sighting for the solver: the points seen, on the board (metres) and in the picture (pixels). */
export function viewOf(board: Board, { ids, pointsPx }: Sighting) {
  const all = boardPointsM(board);
  const pointsM = Float64Array.from([...ids].flatMap((id) => [all[2 * id]!, all[2 * id + 1]!]));
  return { pointsM, pointsPx };
}

/** A sighting, or why there is none. */
export type Search = { found: Sighting } | { problem: string };
