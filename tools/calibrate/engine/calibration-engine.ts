import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import type { Board, Search } from '../board/board.js';
import type { Fit, View } from '../solve/bundle-adjust.js';
import type { LensKind } from '../solve/projection.js';

/** What finds boards and solves for cameras. */
export interface CalibrationEngine {
  /** For people: "embedded (OpenCV 4.13 WebAssembly)". */
  readonly name: string;
  /** Where the board's points are in a picture, or why it was not found. */
  findBoard(grey: GreyPicture, board: Board): Search;
  /** The camera of a kind that explains the views best; undefined where none does. */
  solve(
    kind: LensKind,
    views: readonly View[],
    size: { widthPx: number; heightPx: number },
  ): Fit | undefined;
}
