import type { Search } from '../board/board.js';
import { findCharuco } from '../corners/find-charuco.js';
import { findChessboard } from '../corners/find-chessboard.js';
import { findCircles } from '../corners/find-circles.js';
import { adjust, type Fit, type View } from '../solve/bundle-adjust.js';
import type { LensKind } from '../solve/projection.js';
import { solveCamera } from '../solve/solve-camera.js';
import { modelOf, startPoses } from '../solve/start-camera.js';
import type { CalibrationEngine } from './calibration-engine.js';
import { OpencvWasm } from './opencv-wasm.js';

/**
 * Opens the engine that needs no native build: corners and circles by this repository's finders, ChArUco and the pinhole
 * lenses by OpenCV as WebAssembly, the fisheye, which that build lacks, by this repository's solver.
 */
export async function openEmbeddedEngine(): Promise<CalibrationEngine> {
  const opencv = await OpencvWasm.load();
  return {
    name: 'embedded (OpenCV 4.13 as WebAssembly)',
    findBoard(grey, board): Search {
      if (board.kind === 'chessboard') return findChessboard(grey, board);
      if (board.kind !== 'charuco') return findCircles(grey, board);
      return findCharuco(grey, board, (picture, target) => opencv.findCharuco(picture, target));
    },
    solve(kind: LensKind, views: readonly View[], size): Fit | undefined {
      if (kind === 'equidistant') return solveCamera(kind, views, size);
      const parameters = opencv.calibrate(kind, views, size);
      return parameters === undefined ? undefined : withPoses(kind, parameters, views, size);
    },
  };
}

/** A fit from a camera's parameters alone: finds the boards' poses for it. */
export function withPoses(
  kind: LensKind,
  parameters: Float64Array,
  views: readonly View[],
  size: { widthPx: number; heightPx: number },
): Fit | undefined {
  const poses = startPoses(modelOf(kind, parameters, size), views);
  return poses && adjust({ kind, parameters, poses, cost: 0 }, views, true);
}
