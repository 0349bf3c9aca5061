/** Requests of the page, as JSON to `/calibration/control`. */
export interface CalibrationControl {
  /** Calibrate with the pictures there are. */
  finish: true;
}

/** Phase of the calibration. `done`, `failed` and, after Ctrl-C, `stopped` are final. */
export type CalibrationPhase = 'watching' | 'solving' | 'done' | 'failed' | 'stopped';

/** Something that the pictures must show. */
export interface CalibrationNeed {
  /** For people: "left side nearer". */
  name: string;
  isMet: boolean;
}

/** How well a number is known: one standard deviation, and the target for it. Undefined while nothing is known. */
export interface CalibrationCertainty {
  name: string;
  /** For people: "±0.41 %". */
  value: string | undefined;
  target: string;
  isMet: boolean;
}

/**
 * The state that goes with a picture of the board: the first part, as JSON, of the answer of `/calibration/frame`. A JPEG
 * follows it, empty if the last picture still holds.
 */
export interface CalibrationState {
  /** Counts messages from 1. */
  frame: number;
  phase: CalibrationPhase;
  /** For people: "9x6 chessboard". */
  board: string;
  widthPx: number;
  heightPx: number;
  /** The board's points in this picture, pixels [u0, v0, ...]; empty if it was not found. */
  pointsPx: readonly number[];
  /** Points per row, if all of the board's points are there. */
  cols: number | undefined;
  /** Whether this picture was taken. */
  isTaken: boolean;
  /** A few words about this picture, or what to do next. */
  hint: string;
  taken: number;
  leastPictures: number;
  /** Points of pictures taken per cell of the picture (`coverageCells`), row-major. */
  coverage: readonly number[];
  coverageTarget: number;
  tilts: readonly CalibrationNeed[];
  certainties: readonly CalibrationCertainty[];
  /** Why the pictures were not enough when a calibration was tried; empty if that did not happen. */
  problem: string;
  /** Once done: the camera in a few lines. Once failed: why. */
  result: readonly string[];
}
