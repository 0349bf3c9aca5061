import type { CameraModel } from '../../src/calibration/camera-model.js';
import { distort } from '../../src/calibration/lens.js';
import { type Board, boardPointsM, type Sighting } from '../../tools/calibrate/board/board.js';
import type { Pose } from '../../tools/calibrate/solve/pose.js';
import { boardPose } from './board-pictures.js';

/** Where a camera sees the points of a board, with noise of so many pixels (deterministic, about normal). */
export function seeBoard(board: Board, model: CameraModel, pose: Pose, noisePx = 0): Sighting {
  const points = boardPointsM(board);
  const { rotation: r, translation: t } = pose;
  const pointsPx = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    const z = r[6] * x + r[7] * y + t[2];
    const seen = distort(model, (r[0] * x + r[1] * y + t[0]) / z, (r[3] * x + r[4] * y + t[1]) / z);
    pointsPx[i] = seen[0] + noisePx * noise();
    pointsPx[i + 1] = seen[1] + noisePx * noise();
  }
  const ids = Int32Array.from({ length: points.length / 2 }, (_, i) => i);
  return { ids, pointsPx, edgeWidthPx: undefined };
}

let state = 12345;
function uniform(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const noise = () => uniform() + uniform() + uniform() + uniform() - 2;

/** Poses of a 9x6 board of 25 mm in a dozen places and tilts before a camera. */
export const manyPoses: readonly Pose[] = [
  boardPose([-0.1, -0.06, 0.4], 0, 0),
  boardPose([-0.2, -0.12, 0.45], 0.5, 0.1),
  boardPose([0.02, -0.12, 0.5], -0.5, 0.2),
  boardPose([-0.22, 0.0, 0.5], 0.2, 0.55),
  boardPose([0.03, 0.01, 0.45], 0.1, -0.55),
  boardPose([-0.1, -0.05, 0.35], 0.35, 0.35, 0.3),
  boardPose([-0.12, -0.08, 0.4], -0.4, -0.3, -0.3),
  boardPose([0.05, -0.1, 0.42], 0.3, -0.4, 0.8),
  boardPose([-0.18, -0.02, 0.6], -0.6, 0.3),
  boardPose([-0.05, -0.05, 0.33], 0.45, -0.2, 0.1),
  boardPose([-0.25, -0.14, 0.55], -0.2, 0.3, 0.1),
  boardPose([0.08, 0.05, 0.6], 0.3, 0.45, -0.15),
];
