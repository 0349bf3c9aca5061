import type { Board } from './board.js';

/** A filled shape of a board, metres from the top left corner of its pattern. */
export type Ink =
  | { shape: 'square'; xM: number; yM: number; sideM: number }
  | { shape: 'circle'; xM: number; yM: number; radiusM: number };

/** Bits of a marker with its black border, row-major: 1 is black. */
export type MarkerBits = (id: number) => { side: number; bits: Uint8Array };

/** Radius of the circles, as a share of the distance between nearest neighbours: OpenCV's patterns have 1/4 to 2/5. */
const circleShare = 0.3;

export interface BoardPattern {
  widthM: number;
  heightM: number;
  /** Position of the board's first point (`boardPointsM`) in the pattern, metres. */
  originM: readonly [number, number];
  /** All black shapes. */
  ink: Ink[];
}

/**
 * The printed pattern of a board. A chessboard has one square more than inner corners in both directions and a black one
 * at the top left; a ChArUco board follows OpenCV's pattern since 4.6 (only it needs `markerBits`).
 */
export function boardPattern(board: Board, markerBits?: MarkerBits): BoardPattern {
  const { kind, squareM } = board;
  if (kind === 'chessboard' || kind === 'charuco') {
    const more = kind === 'chessboard' ? 1 : 0;
    return squarePattern(board, board.cols + more, board.rows + more, markerBits);
  }
  const isAsymmetric = kind === 'asymmetric-circles';
  const radiusM = (isAsymmetric ? Math.SQRT2 : 1) * squareM * circleShare;
  const marginM = squareM / 2;
  const ink: Ink[] = [];
  for (let row = 0; row < board.rows; row++)
    for (let col = 0; col < board.cols; col++)
      ink.push({
        shape: 'circle',
        xM: marginM + (isAsymmetric ? 2 * col + (row % 2) : col) * squareM,
        yM: marginM + row * squareM,
        radiusM,
      });
  const across = isAsymmetric ? 2 * board.cols - 1 : board.cols - 1;
  return {
    widthM: across * squareM + 2 * marginM,
    heightM: (board.rows - 1) * squareM + 2 * marginM,
    originM: [marginM, marginM],
    ink,
  };
}

function squarePattern(
  { kind, squareM, markerM }: Board,
  cols: number,
  rows: number,
  markerBits: MarkerBits | undefined,
): BoardPattern {
  const ink: Ink[] = [];
  let nextMarker = 0;
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      const [xM, yM] = [col * squareM, row * squareM];
      if ((row + col) % 2 === 0) ink.push({ shape: 'square', xM, yM, sideM: squareM });
      else if (kind === 'charuco' && markerBits !== undefined) {
        const { side, bits } = markerBits(nextMarker++);
        const bitM = markerM / side;
        const marginM = (squareM - markerM) / 2;
        for (const [i, bit] of bits.entries())
          if (bit === 1)
            ink.push({
              shape: 'square',
              xM: xM + marginM + (i % side) * bitM,
              yM: yM + marginM + Math.floor(i / side) * bitM,
              sideM: bitM,
            });
      }
    }
  return { widthM: cols * squareM, heightM: rows * squareM, originM: [squareM, squareM], ink };
}
