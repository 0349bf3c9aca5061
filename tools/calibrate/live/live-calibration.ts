import {
  countCoverage,
  coverageCells,
  coverageShare,
  type PictureSize,
} from '../../../src/calibration/board-coverage.js';
import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import type {
  CalibrationCertainty,
  CalibrationNeed,
} from '../../../src/outputs/page/calibration-protocol.js';
import { type Board, type Sighting, viewOf } from '../board/board.js';
import {
  type BoardPicture,
  type CameraCalibrationResult,
  calibrateCamera,
  goodCoverage,
} from '../calibrate-camera.js';
import type { CalibrationEngine } from '../engine/calibration-engine.js';
import { sightingProblem } from '../find-boards.js';
import { adjust, type Fit, standardDeviations, type View } from '../solve/bundle-adjust.js';
import type { Pose } from '../solve/pose.js';
import type { LensKind } from '../solve/projection.js';
import { solveCamera } from '../solve/solve-camera.js';
import { modelOf, plainParameters, startPoses } from '../solve/start-camera.js';
import { type BoardTilt, boardTilts, tiltOf } from './board-tilts.js';
import { type BoardView, boardViewOf, isNewView, isSharp, isStill } from './view-judge.js';

/** With fewer pictures too few can be held out for the choice of a lens model. */
export const leastPictures = 12;
/** Beyond this many, a picture is taken only if it shows something that is still missing. */
const usualMost = 40;
/** Target standard deviation: of a focal length as a share of it, of the principal point as a share of the width. */
const wellKnownShare = 0.0025;

/** Result of looking at one picture. */
export interface Look {
  sighting: Sighting | undefined;
  isTaken: boolean;
  hint: string;
}

export interface LiveCalibrationOptions {
  board: Board;
  size: PictureSize;
  engine: CalibrationEngine;
  /** The lens model; undefined to choose it at the end. */
  kind: LensKind | undefined;
  /** Whether pictures follow each other closely enough to detect a moving board. */
  isMotionSeen: boolean;
}

/** Takes pictures of a board automatically as they arrive, until the camera is known well enough. */
export class LiveCalibration {
  readonly #options: LiveCalibrationOptions;
  readonly #pictures: BoardPicture[] = [];
  readonly #views: View[] = [];
  readonly #seen: BoardView[] = [];
  readonly #tilts = new Set<BoardTilt>();
  #before: Sighting | undefined;
  #fit: Fit | undefined;
  #deviations: Float64Array | undefined;

  constructor(options: LiveCalibrationOptions) {
    this.#options = options;
  }

  get taken(): number {
    return this.#pictures.length;
  }

  /** Number of points in each cell of the picture, over all pictures taken. */
  get coverage(): Uint32Array {
    return countCoverage(this.#views, this.#options.size);
  }

  get tilts(): CalibrationNeed[] {
    return boardTilts.map((name) => ({ name, isMet: this.#tilts.has(name) }));
  }

  get certainties(): CalibrationCertainty[] {
    return certaintiesOf(this.#fit?.parameters, this.#deviations, this.#options.size);
  }

  /** Whether every target is reached, judged by one lens model without a choice. */
  get isKnownWellEnough(): boolean {
    return (
      this.taken >= leastPictures &&
      this.#tilts.size === boardTilts.length &&
      coverageShare(this.coverage) >= goodCoverage &&
      this.certainties.every(({ isMet }) => isMet)
    );
  }

  /** Looks for the board, and takes the picture if it is sharp, still, and shows something new. */
  look(name: string, grey: GreyPicture): Look {
    const { board, size, engine, isMotionSeen } = this.#options;
    const before = this.#before;
    this.#before = undefined;
    const search = engine.findBoard(grey, board);
    if ('problem' in search) return { sighting: undefined, isTaken: false, hint: search.problem };
    const { found: sighting } = search;
    this.#before = sighting;
    const leave = (hint: string): Look => ({ sighting, isTaken: false, hint });
    const problem = sightingProblem(sighting, board);
    if (problem !== undefined) return leave(problem);
    if (!isSharp(sighting)) return leave('blurred: hold it still, or give it more light');
    if (isMotionSeen && !isStill(sighting, before, size.widthPx)) return leave('hold it still');
    const view = viewOf(board, sighting);
    const pose = this.#poseOf(view);
    if (pose === undefined) return leave('the board cannot be placed: hold it nearer');
    const seen = boardViewOf(sighting, pose, size);
    const tilt = tiltOf(pose);
    if (!isNewView(seen, this.#seen)) return leave(this.nextNeed);
    if (this.taken >= usualMost && !this.#showsMissing(view, tilt)) return leave(this.nextNeed);
    this.#pictures.push({ name, sighting });
    this.#views.push(view);
    this.#seen.push(seen);
    this.#tilts.add(tilt);
    this.#refit();
    return { sighting, isTaken: true, hint: `picture ${this.taken} taken` };
  }

  /** What to show next, in a few words. */
  get nextNeed(): string {
    const tilt = boardTilts.find((name) => !this.#tilts.has(name));
    const { coverage } = this;
    if (coverageShare(coverage) < goodCoverage && (tilt === undefined || this.taken % 2 === 1))
      return `show it ${emptiestPart(coverage)}`;
    if (tilt === 'facing the camera') return 'hold it facing the camera';
    if (tilt !== undefined) return `tilt it: ${tilt}`;
    return 'show it elsewhere, near and tilted';
  }

  /**
   * Calibrates with the pictures taken, as the offline command does: chooses the lens model and skips outliers.
   * Throws ERR_CALIBRATION with the reason. A warning says what is still missing.
   */
  finish(): CameraCalibrationResult {
    const { board, size, engine, kind } = this.#options;
    const result = calibrateCamera(board, size, this.#pictures, engine, kind);
    const missing = this.#missingOf(result);
    return missing.length === 0
      ? result
      : { ...result, warnings: [...result.warnings, `still missing: ${missing.join('; ')}`] };
  }

  /** Whether a finished calibration reaches every target, whichever lens model was chosen. */
  isWellKnown(result: CameraCalibrationResult): boolean {
    return this.#missingOf(result).length === 0;
  }

  #missingOf({ model, standardDeviations: deviations }: CameraCalibrationResult): string[] {
    const parameters = [model.fxPx, model.fyPx, model.cxPx, model.cyPx];
    return [
      ...this.tilts.filter(({ isMet }) => !isMet).map(({ name }) => `a board ${name}`),
      ...certaintiesOf(parameters, deviations, this.#options.size)
        .filter(({ isMet }) => !isMet)
        .map(({ name, value, target }) => `${name} ${value}, aim ${target}`),
    ];
  }

  #showsMissing({ pointsPx }: View, tilt: BoardTilt): boolean {
    if (!this.#tilts.has(tilt)) return true;
    const { coverage } = this;
    return countCoverage([{ pointsPx }], this.#options.size).some(
      (count, cell) => count > 0 && coverage[cell] === 0,
    );
  }

  /** Pose by the camera as known so far; at first by a typical one, which is enough to distinguish tilts. */
  #poseOf(view: View): Pose | undefined {
    const { size } = this.#options;
    const usual = plainParameters('plumb_bob', 0.9 * size.widthPx, size);
    const { kind, parameters } = this.#fit ?? { kind: 'plumb_bob', parameters: usual };
    return startPoses(modelOf(kind, parameters, size), [view])?.[0];
  }

  /** Refits one lens model from the last fit, to estimate between two pictures how much is still missing. */
  #refit(): void {
    const views = this.#views;
    const { size, kind = 'plumb_bob' } = this.#options;
    if (views.length < 4) return;
    const fit = this.#fit;
    const pose = fit && startPoses(modelOf(fit.kind, fit.parameters, size), [views.at(-1)!])?.[0];
    this.#fit =
      fit === undefined || pose === undefined
        ? solveCamera(kind, views, size)
        : adjust({ ...fit, poses: [...fit.poses, pose] }, views);
    this.#deviations = this.#fit && standardDeviations(this.#fit, views);
  }
}

function certaintiesOf(
  parameters: ArrayLike<number> | undefined,
  deviations: Float64Array | undefined,
  { widthPx }: PictureSize,
): CalibrationCertainty[] {
  const isKnown = parameters !== undefined && deviations !== undefined;
  const focal = isKnown
    ? Math.max(deviations[0]! / parameters[0]!, deviations[1]! / parameters[1]!)
    : undefined;
  const centrePx = isKnown ? Math.max(deviations[2]!, deviations[3]!) : undefined;
  const centreAimPx = wellKnownShare * widthPx;
  return [
    {
      name: 'focal length',
      value: focal === undefined ? undefined : `±${(focal * 100).toFixed(2)} %`,
      target: `±${(wellKnownShare * 100).toFixed(2)} %`,
      isMet: focal !== undefined && focal <= wellKnownShare,
    },
    {
      name: 'principal point',
      value: centrePx === undefined ? undefined : `±${centrePx.toFixed(1)} px`,
      target: `±${centreAimPx.toFixed(1)} px`,
      isMet: centrePx !== undefined && centrePx <= centreAimPx,
    },
  ];
}

const across = ['on the left', 'in the middle', 'on the right'] as const;
const down = ['at the top', 'in the middle', 'at the bottom'] as const;

/** The ninth of the picture with the largest share of cells without a point, in words. */
function emptiestPart(coverage: Uint32Array): string {
  const { cols, rows } = coverageCells;
  const [empty, all] = [new Float64Array(9), new Float64Array(9)];
  for (const [cell, count] of coverage.entries()) {
    const col = Math.floor(((cell % cols) * 3) / cols);
    const row = Math.floor((Math.floor(cell / cols) * 3) / rows);
    all[row * 3 + col]!++;
    if (count === 0) empty[row * 3 + col]!++;
  }
  const shares = empty.map((count, part) => count / all[part]!);
  const part = shares.indexOf(Math.max(...shares));
  const [x, y] = [across[part % 3]!, down[Math.floor(part / 3)]!];
  return x === y ? x : y === 'in the middle' ? x : x === 'in the middle' ? y : `${y}, ${x}`;
}
