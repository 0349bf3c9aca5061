import { greyFromRgb } from '../../src/calibration/grey-picture.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { type Board, pointCount } from './board/board.js';
import type { BoardPicture, SkippedPicture } from './calibrate-camera.js';
import type { CalibrationEngine } from './engine/calibration-engine.js';
import type { CalibrationPicture } from './read-pictures.js';

/** Edges wider than this are blurred, pixels from 10 to 90 % of the step. */
const blurredPx = 6;
/** With less than this share of its corners, a ChArUco board's pose is hardly determined. */
const leastShare = 0.25;

export interface FoundBoards {
  size: { widthPx: number; heightPx: number };
  pictures: BoardPicture[];
  skipped: SkippedPicture[];
}

/**
 * Looks for the board in every picture. The first picture that can be read sets the size; pictures of another size, without
 * the board, or blurred are skipped with the reason. `onPicture` is called for each. Rejects with ERR_SOURCE_EMPTY
 * if no picture can be read.
 */
export async function findBoards(
  pictures: AsyncIterable<CalibrationPicture>,
  board: Board,
  engine: CalibrationEngine,
  onPicture: (name: string, problem: string | undefined) => void = () => {},
): Promise<FoundBoards> {
  let size: FoundBoards['size'] | undefined;
  const found: BoardPicture[] = [];
  const skipped: SkippedPicture[] = [];
  for await (const picture of pictures) {
    const { name } = picture;
    const skip = (reason: string) => {
      skipped.push({ name, reason });
      onPicture(name, reason);
    };
    if ('problem' in picture) {
      skip(picture.problem);
      continue;
    }
    const { widthPx, heightPx } = picture;
    size ??= { widthPx, heightPx };
    if (widthPx !== size.widthPx || heightPx !== size.heightPx) {
      skip(`it is ${widthPx}x${heightPx}, the first picture ${size.widthPx}x${size.heightPx}`);
      continue;
    }
    const search = engine.findBoard(greyFromRgb(picture), board);
    const problem = 'problem' in search ? search.problem : sightingProblem(search.found, board);
    if ('problem' in search || problem !== undefined) {
      skip(problem!);
      continue;
    }
    found.push({ name, sighting: search.found });
    onPicture(name, undefined);
  }
  if (size === undefined)
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `expected pictures, found ${skipped.length === 0 ? 'none' : `${skipped.length} that cannot be decoded, the first ${skipped[0]!.name}`}`,
    );
  return { size, pictures: found, skipped };
}

/** Why a sighting is not good enough for calibration; undefined if it is. */
export function sightingProblem(
  { ids, edgeWidthPx }: { ids: Int32Array; edgeWidthPx: number | undefined },
  board: Board,
): string | undefined {
  const whole = pointCount(board);
  if (ids.length < whole * leastShare)
    return `a part of the board: ${ids.length} of ${whole} corners found`;
  if (edgeWidthPx !== undefined && edgeWidthPx > blurredPx)
    return `blurred: its edges are ${edgeWidthPx.toFixed(1)} px wide, expected ${blurredPx} or less`;
  return undefined;
}
