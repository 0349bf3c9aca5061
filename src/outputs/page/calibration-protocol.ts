/** What the page may ask for, as JSON to `/calibration/control`. */
export interface CalibrationControl {
  /** Calibrate with the pictures there are. */
  finish: true;
}

/** How far it is. `done` and `failed` are last words; `stopped` is that of Ctrl-C. */
export type CalibrationPhase = 'watching' | 'solving' | 'done' | 'failed' | 'stopped';

/** Something that the pictures are to show. */
export interface CalibrationNeed {
  /** For people: "left side nearer". */
  name: string;
  isMet: boolean;
}

/** How well a number is known: one standard deviation, and what is well enough. Undefined while nothing is known. */
export interface CalibrationCertainty {
  name: string;
  /** For people: "±0.41 %". */
  value: string | undefined;
  target: string;
  isMet: boolean;
}

/**
 * What is known beside a picture of the board: the first part, as JSON, of what `/calibration/frame` answers. A JPEG
 * follows it, empty where the last picture stands.
 */
export interface CalibrationState {
  /** Counts messages from 1. */
  frame: number;
  phase: CalibrationPhase;
  /** For people: "9x6 chessboard". */
  board: string;
  widthPx: number;
  heightPx: number;
  /** The board's points in this picture, pixels [u0, v0, ...]; empty where it was not found. */
  pointsPx: readonly number[];
  /** Points per row, where all of the board's points are there. */
  cols: number | undefined;
  /** Whether this picture was taken. */
  isTaken: boolean;
  /** What of this picture, or what to do next, in a few words. */
  hint: string;
  taken: number;
  leastPictures: number;
  /** Points of pictures taken per cell of the picture (`coverageCells`), row-major. */
  coverage: readonly number[];
  coverageTarget: number;
  tilts: readonly CalibrationNeed[];
  certainties: readonly CalibrationCertainty[];
  /** Why the pictures did not do when a calibration was tried; empty where that did not happen. */
  problem: string;
  /** Once done: the camera in a few lines. Once failed: why. */
  result: readonly string[];
}
