import { beforeAll, expect, test } from 'vitest';
import { blurGrey, greyFromRgb } from '../../../../src/calibration/grey-picture.js';
import { makeBoard } from '../../../../tools/calibrate/board/board.js';
import type { CalibrationEngine } from '../../../../tools/calibrate/engine/calibration-engine.js';
import { openEmbeddedEngine } from '../../../../tools/calibrate/engine/embedded-engine.js';
import { LiveCalibration } from '../../../../tools/calibrate/live/live-calibration.js';
import { boardPoseAt, photographBoards, printBoard } from '../../../support/board-pictures.js';

const camera = {
  kind: 'plumb_bob' as const,
  widthPx: 320,
  heightPx: 240,
  fxPx: 270,
  fyPx: 270,
  cxPx: 160,
  cyPx: 120,
  distortion: [0, 0, 0, 0, 0],
};
const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.02 });
const print = printBoard(board);
const at = (x: number, y: number, z: number, tiltX = 0, tiltY = 0) =>
  greyFromRgb(
    photographBoards(camera, [{ print, pose: boardPoseAt(board, [x, y, z], tiltX, tiltY) }]),
  );
let engine: CalibrationEngine;
beforeAll(async () => {
  engine = await openEmbeddedEngine();
});
const live = (isMotionSeen: boolean) =>
  new LiveCalibration({ board, size: camera, engine, kind: 'plumb_bob', isMotionSeen });

test('a board that moves is not taken; held still it is, and once', () => {
  const one = live(true);
  expect(one.look('a', at(0, 0, 0.25)).hint).toBe('hold it still');
  expect(one.look('b', at(0.01, 0, 0.25)).hint).toBe('hold it still');
  expect(one.look('c', at(0.01, 0, 0.25))).toMatchObject({
    isTaken: true,
    hint: 'picture 1 taken',
  });
  expect(one.look('d', at(0.0101, 0, 0.25))).toMatchObject({ isTaken: false });
  expect(one.taken).toBe(1);
});

test('pictures from one angle are refused with the reason, and what is missing is asked for', () => {
  const one = live(false);
  for (const [i, [x, y, z]] of (
    [
      [0, 0, 0.25],
      [0.04, 0, 0.3],
      [-0.04, 0.03, 0.3],
      [0, -0.04, 0.35],
      [0.04, 0.04, 0.4],
    ] as const
  ).entries())
    expect(one.look(`p${i}`, at(x, y, z)).isTaken).toBe(true);
  expect(one.isKnownWellEnough).toBe(false);
  expect(one.nextNeed).toMatch(/^(show it|tilt it: left side nearer)/);
  expect(() => one.finish()).toThrow(/from one angle/);
});

test('a board that only looks blurred is left, and says so', () => {
  const sharp = at(0, 0, 0.25);
  const blurred = blurGrey(sharp, 2);
  const { isTaken, hint } = live(false).look('a', blurred);
  expect([isTaken, hint]).toEqual([false, expect.stringContaining('blurred')]);
});
