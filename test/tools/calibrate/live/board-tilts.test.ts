import { expect, test } from 'vitest';
import { makeBoard } from '../../../../tools/calibrate/board/board.js';
import { tiltOf } from '../../../../tools/calibrate/live/board-tilts.js';
import type { Pose } from '../../../../tools/calibrate/solve/pose.js';
import { boardPoseAt } from '../../../support/board-pictures.js';

const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.02 });

/** How far the board's points at half height on its left and right, and at half width at its top and bottom, are. */
function depthsM({ rotation: r, translation: t }: Pose) {
  const depth = (x: number, y: number) => r[6] * x + r[7] * y + t[2];
  return {
    left: depth(0, 0.05),
    right: depth(0.16, 0.05),
    top: depth(0.08, 0),
    bottom: depth(0.08, 0.1),
  };
}

test('a tilt is named after the side of the board that is nearer', () => {
  for (const [tiltX, tiltY] of [
    [0, 0.5],
    [0, -0.5],
    [0.5, 0],
    [-0.5, 0],
    [0.1, 0.4],
  ] as const) {
    const pose = boardPoseAt(board, [0, 0, 0.3], tiltX, tiltY);
    const depths = depthsM(pose);
    const nearest = Object.entries(depths).sort(([, a], [, b]) => a - b)[0]![0];
    const name =
      nearest === 'left' || nearest === 'right' ? `${nearest} side nearer` : `${nearest} nearer`;
    expect(tiltOf(pose)).toBe(name);
  }
  expect(tiltOf(boardPoseAt(board, [0, 0, 0.3], 0.2, 0.1))).toBe('facing the camera');
});
