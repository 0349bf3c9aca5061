import type { PictureSize } from '../../../src/calibration/board-coverage.js';
import type { Sighting } from '../board/board.js';
import type { Pose } from '../solve/pose.js';

/** Edges wider than this blur the corners, pixels from 10 to 90 % of the step. */
const sharpEdgePx = 4;
/** A board that moved more than this since the last look, as a share of the picture's width, moved during exposure. */
const stillShare = 0.004;
/** A view is new if the board moved this far (share of the width), or its size or attitude changed by the values below. */
const newPlaceShare = 0.1;
const newScale = 1.3;
const newAngleRad = (12 * Math.PI) / 180;

/** Place, size and attitude of a board in a picture, to compare views. */
export interface BoardView {
  /** Mean of its points; `scale` is the root of the product of their deviations. Shares of the picture's width. */
  centre: readonly [number, number];
  scale: number;
  rotation: Pose['rotation'];
}

export function boardViewOf({ pointsPx }: Sighting, pose: Pose, { widthPx }: PictureSize) {
  const { mean: u, deviation: acrossPx } = spreadOf(pointsPx, 0);
  const { mean: v, deviation: downPx } = spreadOf(pointsPx, 1);
  return {
    centre: [u / widthPx, v / widthPx],
    scale: Math.sqrt(acrossPx * downPx) / widthPx,
    rotation: pose.rotation,
  } satisfies BoardView;
}

function spreadOf(pointsPx: Float64Array, offset: 0 | 1): { mean: number; deviation: number } {
  const values = pointsPx.filter((_, i) => i % 2 === offset);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

/** Whether no earlier view shows the board in about the same place, size and attitude. */
export const isNewView = (view: BoardView, earlier: readonly BoardView[]): boolean =>
  earlier.every(
    (other) =>
      Math.hypot(view.centre[0] - other.centre[0], view.centre[1] - other.centre[1]) >
        newPlaceShare ||
      Math.max(view.scale / other.scale, other.scale / view.scale) > newScale ||
      turnRad(view.rotation, other.rotation) > newAngleRad,
  );

/** Angle of the rotation between two attitudes, radians. */
function turnRad(a: Pose['rotation'], b: Pose['rotation']): number {
  const trace = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
}

export const isSharp = ({ edgeWidthPx }: Sighting): boolean =>
  edgeWidthPx === undefined || edgeWidthPx <= sharpEdgePx;

/** Whether the points seen in both looks have hardly moved between them. */
export function isStill(now: Sighting, before: Sighting | undefined, widthPx: number): boolean {
  if (before === undefined) return false;
  let [common, movedPx] = [0, 0];
  for (const [i, id] of now.ids.entries()) {
    const j = before.ids.indexOf(id);
    if (j < 0) continue;
    common++;
    movedPx += Math.hypot(
      now.pointsPx[2 * i]! - before.pointsPx[2 * j]!,
      now.pointsPx[2 * i + 1]! - before.pointsPx[2 * j + 1]!,
    );
  }
  return common > 0 && movedPx / common <= stillShare * widthPx;
}
