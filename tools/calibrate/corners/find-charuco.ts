import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import type { Board, Search, Sighting } from '../board/board.js';
import { refineCorner } from './refine-corner.js';

/** Half the window of the refinement, pixels. */
const windowPx = { min: 2, max: 7 };

/**
 * Finds ChArUco corners with `detect` (OpenCV's detector) and moves them to where the edges cross: up to half a pixel better.
 * The window must not reach the markers, which begin half the difference of square and marker from the corner.
 */
export function findCharuco(
  grey: GreyPicture,
  board: Board,
  detect: (grey: GreyPicture, board: Board) => Sighting | undefined,
): Search {
  const rough = detect(grey, board);
  if (rough === undefined)
    return { problem: `no ${board.cols}x${board.rows} charuco board of ${board.dictionary} found` };
  const { ids, pointsPx } = rough;
  const refined = Float64Array.from(pointsPx);
  for (let i = 0; i < ids.length; i++) {
    const squarePx = nearestPx(pointsPx, i);
    const marginPx = (squarePx * (1 - board.markerM / board.squareM)) / 2;
    const half = Math.min(Math.max(marginPx, windowPx.min), windowPx.max);
    const point = refineCorner(grey, pointsPx[2 * i]!, pointsPx[2 * i + 1]!, half);
    if (point !== undefined) refined.set(point, 2 * i);
  }
  return { found: { ...rough, pointsPx: refined } };
}

function nearestPx(points: Float64Array, index: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < points.length; i += 2)
    if (i !== 2 * index)
      nearest = Math.min(
        nearest,
        Math.hypot(points[i]! - points[2 * index]!, points[i + 1]! - points[2 * index + 1]!),
      );
  return nearest;
}
