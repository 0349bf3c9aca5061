import type { GreyPicture } from '../../../src/calibration/grey-picture.js';
import { loadOpenCv, type OpenCv } from '../../../src/capture/load-opencv.js';
import type { Board, Search } from '../board/board.js';
import { edgeWidthPx } from '../corners/edge-width.js';
import type { View } from '../solve/bundle-adjust.js';
import type { LensKind } from '../solve/projection.js';
import type { CalibrationEngine } from './calibration-engine.js';
import { withPoses } from './embedded-engine.js';

/** Half the window of cornerSubPix, as a share of the distance to the nearest corner, and its bounds, pixels. */
const windowShare = 0.4;
const windowPx = { min: 2, max: 11 };

/**
 * Opens OpenCV as it is built here (`npm run setup:opencv`): its chessboard corners and its solver. `embedded` does what
 * that build lacks (ChArUco, circles, the fisheye) and says why a board was not found. Throws ERR_TOOL_MISSING.
 */
export function openNativeEngine(embedded: CalibrationEngine): CalibrationEngine {
  const cv = loadOpenCv('the native engine', 'and `--engine embedded` needs nothing');
  const { major, minor, revision } = cv.version;
  return {
    name: `native (OpenCV ${major}.${minor}.${revision})`,
    findBoard(grey, board): Search {
      const found = board.kind === 'chessboard' ? findNatively(cv, grey, board) : undefined;
      // Both engines thus refuse a picture with two boards or a part of a larger one.
      const search = embedded.findBoard(grey, board);
      return found === undefined || 'problem' in search ? search : { found };
    },
    solve(kind: LensKind, views: readonly View[], size) {
      if (kind === 'equidistant') return embedded.solve(kind, views, size);
      const parameters = solveNatively(cv, kind, views, size);
      return parameters && withPoses(kind, parameters, views, size);
    },
  };
}

function findNatively(cv: OpenCv, { data, widthPx, heightPx }: GreyPicture, board: Board) {
  const { cols, rows } = board;
  const bytes = Buffer.from(Uint8Array.from(data, (value) => Math.round(value)));
  const mat = new cv.Mat(bytes, heightPx, widthPx, cv.CV_8UC1);
  const flags = cv.CALIB_CB_ADAPTIVE_THRESH + cv.CALIB_CB_NORMALIZE_IMAGE;
  const rough = mat.findChessboardCorners(new cv.Size(cols, rows), flags);
  if (!rough.returnValue) return undefined;
  const half = halfWindowPx(rough.corners, cols);
  const corners = mat.cornerSubPix(
    rough.corners,
    new cv.Size(half, half),
    new cv.Size(-1, -1),
    new cv.TermCriteria(3, 100, 1e-4),
  );
  const pointsPx = Float64Array.from(corners.flatMap(({ x, y }) => [x, y]));
  const ids = Int32Array.from({ length: cols * rows }, (_, index) => index);
  const grey = { data, widthPx, heightPx };
  return { ids, pointsPx, edgeWidthPx: edgeWidthPx(grey, pointsPx, cols, rows) };
}

/** OpenCV has one window for all corners: the nearest two set its size, so that it reaches no other edge. */
function halfWindowPx(corners: readonly { x: number; y: number }[], cols: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, { x, y }] of corners.entries())
    for (const other of [index % cols < cols - 1 ? index + 1 : -1, index + cols]) {
      const next = corners[other];
      if (next !== undefined) nearest = Math.min(nearest, Math.hypot(next.x - x, next.y - y));
    }
  return Math.round(Math.min(windowPx.max, Math.max(windowPx.min, nearest * windowShare)));
}

function solveNatively(
  cv: OpenCv,
  kind: Exclude<LensKind, 'equidistant'>,
  views: readonly View[],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Float64Array | undefined {
  const board = views.map(({ pointsM }) => pairs(pointsM).map(([x, y]) => new cv.Point3(x, y, 0)));
  const seen = views.map(({ pointsPx }) => pairs(pointsPx).map(([u, v]) => new cv.Point2(u, v)));
  const camera = new cv.Mat(
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    cv.CV_64F,
  );
  const isRational = kind === 'rational_polynomial';
  try {
    const { distCoeffs } = cv.calibrateCameraExtended(
      board,
      seen,
      new cv.Size(widthPx, heightPx),
      camera,
      new Array<number>(isRational ? 8 : 5).fill(0),
      isRational ? cv.CALIB_RATIONAL_MODEL : 0,
      new cv.TermCriteria(3, 100, Number.EPSILON),
    );
    const intrinsics = [camera.at(0, 0), camera.at(1, 1), camera.at(0, 2), camera.at(1, 2)];
    return Float64Array.from([...intrinsics, ...distCoeffs.slice(0, isRational ? 8 : 5)]);
  } catch {
    return undefined;
  }
}

/** Converts a flat array, two numbers per point, to points. */
function pairs(flat: ArrayLike<number>): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}
