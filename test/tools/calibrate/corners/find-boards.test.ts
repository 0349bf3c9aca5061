import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CameraModel } from '../../../../src/calibration/camera-model.js';
import {
  blurGrey,
  type GreyPicture,
  greyFromRgb,
} from '../../../../src/calibration/grey-picture.js';
import { decodePictureFile } from '../../../../src/codec/picture-file.js';
import { type Board, makeBoard } from '../../../../tools/calibrate/board/board.js';
import { findCharuco } from '../../../../tools/calibrate/corners/find-charuco.js';
import { findChessboard } from '../../../../tools/calibrate/corners/find-chessboard.js';
import { findCircles } from '../../../../tools/calibrate/corners/find-circles.js';
import { OpencvWasm } from '../../../../tools/calibrate/engine/opencv-wasm.js';
import type { Pose } from '../../../../tools/calibrate/solve/pose.js';
import { boardPose, photographBoards, printBoard } from '../../../support/board-pictures.js';
import { seeBoard } from '../../../support/board-views.js';
import { sharedDataDir } from '../../../support/shared-data.js';

const camera: CameraModel = {
  kind: 'plumb_bob',
  widthPx: 480,
  heightPx: 360,
  fxPx: 400,
  fyPx: 402,
  cxPx: 236.3,
  cyPx: 182.1,
  distortion: [-0.25, 0.06, 0.001, -0.0005, 0],
};
const chessboard = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.02 });
const poses: readonly Pose[] = [
  boardPose([-0.08, -0.05, 0.3], 0, 0),
  boardPose([-0.06, -0.07, 0.32], 0.5, 0.35, 0.2),
  boardPose([0.06, -0.09, 0.35], -0.3, 0.3, 1.3),
  boardPose([-0.11, -0.02, 0.4], 0.3, -0.6),
];

const photograph = (board: Board, pose: Pose): GreyPicture =>
  greyFromRgb(photographBoards(camera, [{ print: printBoard(board), pose }]));

/** Largest distance of found points from where they are, the board's half turn allowed. */
function worstPx(board: Board, pose: Pose, pointsPx: Float64Array): number {
  const truth = seeBoard(board, camera, pose).pointsPx;
  const count = truth.length / 2;
  const worst = (index: (i: number) => number) =>
    Math.max(
      ...Array.from({ length: count }, (_, i) =>
        Math.hypot(
          pointsPx[2 * i]! - truth[2 * index(i)]!,
          pointsPx[2 * i + 1]! - truth[2 * index(i) + 1]!,
        ),
      ),
    );
  return Math.min(
    worst((i) => i),
    worst((i) => count - 1 - i),
  );
}

describe('a chessboard', () => {
  it.each(poses.map((pose, i) => [i, pose] as const))(
    'is found to a tenth of a pixel, pose %i',
    (_, pose) => {
      const search = findChessboard(photograph(chessboard, pose), chessboard);
      if ('problem' in search) throw new Error(search.problem);
      expect(worstPx(chessboard, pose, search.found.pointsPx)).toBeLessThan(0.15);
      expect(search.found.edgeWidthPx).toBeLessThan(2.5);
    },
  );

  it('of another size is named', () => {
    const other = makeBoard({ kind: 'chessboard', cols: 7, rows: 5, squareM: 0.02 });
    const search = findChessboard(photograph(other, poses[0]!), chessboard);
    expect(search).toEqual({
      problem: 'a board of another size: 7x5 corners found, expected 9x6',
    });
  });

  it('that is twice in the picture is refused', () => {
    const small = makeBoard({ kind: 'chessboard', cols: 5, rows: 4, squareM: 0.015 });
    const print = printBoard(small);
    const picture = photographBoards(camera, [
      { print, pose: boardPose([-0.13, -0.03, 0.3], 0.1, 0) },
      { print, pose: boardPose([0.05, -0.03, 0.32], 0, 0.2) },
    ]);
    expect(findChessboard(greyFromRgb(picture), small)).toEqual({
      problem: 'two boards of the size asked for',
    });
  });

  it('that leaves the picture is a part of a board', () => {
    const picture = photograph(chessboard, boardPose([-0.24, -0.05, 0.3], 0, 0));
    const search = findChessboard(picture, chessboard);
    expect(search).toEqual({ problem: expect.stringMatching(/^a part of a board: \d+ corners/) });
  });

  it('is not seen in a picture without one', () => {
    const picture = greyFromRgb(photographBoards(camera, []));
    expect(findChessboard(picture, chessboard)).toEqual({ problem: 'no 9x6 chessboard found' });
  });

  it('has wide edges where the picture is blurred', () => {
    const blurred = blurGrey(photograph(chessboard, poses[0]!), 3);
    const search = findChessboard(blurred, chessboard);
    if ('problem' in search) throw new Error(search.problem);
    expect(search.found.edgeWidthPx).toBeGreaterThan(6);
  });
});

describe('a grid of circles', () => {
  it.each([
    makeBoard({ kind: 'circles', cols: 7, rows: 5, squareM: 0.025 }),
    makeBoard({ kind: 'asymmetric-circles', cols: 4, rows: 9, squareM: 0.018 }),
  ])('of kind $kind is found', (board) => {
    for (const pose of [
      boardPose([-0.07, -0.06, 0.32], 0, 0),
      boardPose([-0.06, -0.07, 0.35], 0.3, 0.25, 0.2),
    ]) {
      const search = findCircles(photograph(board, pose), board);
      if ('problem' in search) throw new Error(search.problem);
      expect(worstPx(board, pose, search.found.pointsPx)).toBeLessThan(0.4);
    }
  });

  it('of another size is not taken for it', () => {
    const board = makeBoard({ kind: 'circles', cols: 5, rows: 4, squareM: 0.025 });
    const asked = makeBoard({ kind: 'circles', cols: 7, rows: 5, squareM: 0.025 });
    const search = findCircles(photograph(board, boardPose([-0.05, -0.04, 0.3], 0, 0)), asked);
    expect(search).toEqual({ problem: expect.stringMatching(/^no 7x5 grid of circles found/) });
  });
});

describe('a ChArUco board', () => {
  const board = makeBoard({ kind: 'charuco', cols: 7, rows: 5, squareM: 0.03 });
  let opencv: OpencvWasm;
  beforeAll(async () => {
    opencv = await OpencvWasm.load();
  });

  it('as printed here is found whole, and in part where it leaves the picture', () => {
    const print = printBoard(board, (id) => opencv.markerBits(board.dictionary, id));
    const see = (pose: Pose) => {
      const grey = greyFromRgb(photographBoards(camera, [{ print, pose }]));
      const search = findCharuco(grey, board, (...asked) => opencv.findCharuco(...asked));
      if ('problem' in search) throw new Error(search.problem);
      return search.found;
    };
    const pose = boardPose([-0.08, -0.06, 0.32], 0.2, 0.2);
    const whole = see(pose);
    expect([...whole.ids]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    const truth = seeBoard(board, camera, pose).pointsPx;
    for (const [i, value] of whole.pointsPx.entries())
      expect(Math.abs(value - truth[i]!)).toBeLessThan(0.2);
    const part = see(boardPose([-0.2, -0.06, 0.32], 0, 0.2));
    expect(part.ids.length).toBeGreaterThan(6);
    expect(part.ids.length).toBeLessThan(24);
  });
});

const data = sharedDataDir();
describe.skipIf(data === undefined)('photographs of chessboards', () => {
  it.each([
    ['opencv_left_640x480/left02.jpg', true],
    ['opencv_left_640x480/left09.jpg', true],
    ['carnd_1280x720/calibration4.jpg', true],
    ['carnd_1280x720/calibration18.jpg', true],
    ['carnd_1280x720/calibration5.jpg', false],
  ])('%s: found is %s', async (name, isFound) => {
    const picture = await decodePictureFile(join(data!, 'chessboards', name));
    const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.025 });
    expect('found' in findChessboard(greyFromRgb(picture), board)).toBe(isFound);
  });
});
