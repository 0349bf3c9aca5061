import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ArucoDictionary, Board, BoardKind } from '../tools/calibrate/board/board.js';

export interface BoardFlags {
  board: { cols: number; rows: number };
  square: number;
  kind: BoardKind;
  marker?: number;
  dictionary?: ArucoDictionary;
}

/** Adds the options that describe the board. */
export function addBoardFlags(command: Command): Command {
  return command
    .requiredOption(
      '--board <cols>x<rows>',
      'inner corners of a chessboard, circles of a grid, squares of a ChArUco board, such as 9x6',
      counts,
    )
    .requiredOption(
      '--square <metres>',
      'side of a square, or distance between neighbouring circles (asymmetric: between rows)',
      metres,
    )
    .addOption(
      new Option('--kind <kind>', 'the kind of board')
        .choices(['chessboard', 'charuco', 'circles', 'asymmetric-circles'])
        .default('chessboard'),
    )
    .option('--marker <metres>', 'ChArUco: side of a marker (default: 3/4 of the square)', metres)
    .addOption(
      new Option('--dictionary <name>', 'ChArUco: the markers (default: 5X5_100)').choices([
        '4X4_50',
        '5X5_100',
        '6X6_250',
      ]),
    );
}

/** Returns the board that the options describe; throws ERR_USAGE. */
export async function boardOf(flags: BoardFlags): Promise<Board> {
  const { makeBoard } = await import('../tools/calibrate/board/board.js');
  const { kind, board, square, marker, dictionary } = flags;
  return makeBoard({ kind, ...board, squareM: square, markerM: marker, dictionary });
}

function counts(text: string): { cols: number; rows: number } {
  const match = /^(\d{1,3})x(\d{1,3})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('expected columns x rows, such as 9x6.');
  return { cols: Number(match[1]), rows: Number(match[2]) };
}

function metres(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('expected metres above 0, such as 0.025.');
  return value;
}
