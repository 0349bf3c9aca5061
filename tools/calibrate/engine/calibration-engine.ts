import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import type { Board, Search } from '../board/board.js';
import type { Fit, View } from '../solve/bundle-adjust.js';
import type { LensKind } from '../solve/projection.js';

/** An engine that finds boards and solves for cameras. */
export interface CalibrationEngine {
  /** For people: "embedded (OpenCV 4.13 WebAssembly)". */
  readonly name: string;
  /** Finds the board's points in a picture, or says why it was not found. */
  findBoard(grey: GreyPicture, board: Board): Search;
  /** The camera of a kind that fits the views best; undefined if there is none. */
  solve(
    kind: LensKind,
    views: readonly View[],
    size: { widthPx: number; heightPx: number },
  ): Fit | undefined;
}
