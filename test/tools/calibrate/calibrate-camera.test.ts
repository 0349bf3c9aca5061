import { beforeAll, describe, expect, it } from 'vitest';
import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { makeBoard } from '../../../tools/calibrate/board/board.js';
import { type BoardPicture, calibrateCamera } from '../../../tools/calibrate/calibrate-camera.js';
import type { CalibrationEngine } from '../../../tools/calibrate/engine/calibration-engine.js';
import { openEmbeddedEngine } from '../../../tools/calibrate/engine/embedded-engine.js';
import { boardPose } from '../../support/board-pictures.js';
import { manyPoses, seeBoard } from '../../support/board-views.js';
import { cameraModels } from '../../support/camera-models.js';

const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.025 });
let engine: CalibrationEngine;
beforeAll(async () => {
  engine = await openEmbeddedEngine();
});

const pictures = (model: CameraModel, poses = manyPoses): BoardPicture[] =>
  poses.map((pose, i) => ({
    name: `board-${i}.png`,
    sighting: seeBoard(board, model, pose, 0.1),
  }));

const wideLens: CameraModel = {
  kind: 'equidistant',
  widthPx: 1280,
  heightPx: 720,
  fxPx: 420,
  fyPx: 421,
  cxPx: 640,
  cyPx: 355,
  distortion: [-0.02, 0.004, -0.002, 0.0003],
};
/** Boards so near and to the side that a wide lens bends them. */
const widePoses = [
  ...manyPoses,
  boardPose([0.15, -0.08, 0.22], 0.1, -0.5),
  boardPose([-0.4, -0.08, 0.22], 0.1, 0.5),
  boardPose([-0.1, -0.2, 0.2], -0.4, 0.1),
  boardPose([-0.1, 0.05, 0.2], 0.4, 0.1),
  boardPose([0.2, 0.02, 0.25], 0.3, -0.4),
];

describe('a calibration', () => {
  it('chooses plumb_bob for a lens of that kind, and finds it', () => {
    const truth = cameraModels.plumbBob;
    const { model, rmsPx, standardDeviations } = calibrateCamera(
      board,
      truth,
      pictures(truth),
      engine,
    );
    expect(model.kind).toBe('plumb_bob');
    expect(rmsPx).toBeLessThan(0.15);
    expect(Math.abs(model.fxPx - truth.fxPx)).toBeLessThan(5 * standardDeviations[0]!);
    expect(Math.abs(model.cxPx - truth.cxPx)).toBeLessThan(5 * standardDeviations[2]!);
  });

  it('chooses the fisheye for a wide lens', () => {
    const { model, trials } = calibrateCamera(
      board,
      wideLens,
      pictures(wideLens, widePoses),
      engine,
    );
    expect(model.kind).toBe('equidistant');
    expect(Math.abs(model.fxPx / wideLens.fxPx - 1)).toBeLessThan(0.005);
    expect(trials.map(({ kind }) => kind)).toContain('plumb_bob');
  });

  it('leaves an outlying picture out by name', () => {
    const truth = cameraModels.plumbBob;
    const all = pictures(truth);
    // As if two corners had been taken for their neighbours.
    const bent = all[4]!.sighting.pointsPx;
    bent[0]! += 25;
    bent[21]! -= 18;
    const { skipped, used, rmsPx } = calibrateCamera(board, truth, all, engine, 'plumb_bob');
    expect(skipped).toEqual([
      { name: 'board-4.png', reason: expect.stringMatching(/^outlier: its error of [\d.]+ px/) },
    ]);
    expect(used).toHaveLength(manyPoses.length - 1);
    expect(rmsPx).toBeLessThan(0.15);
  });

  it('of pictures from one angle is refused with the reason', () => {
    const truth = cameraModels.plumbBob;
    const poses = [0, 1, 2, 3, 4, 5].map((i) =>
      boardPose([-0.2 + 0.05 * i, -0.1 + 0.02 * i, 0.4 + 0.04 * i], 0.3, 0.1),
    );
    expect(() =>
      calibrateCamera(board, truth, pictures(truth, poses), engine, 'plumb_bob'),
    ).toThrow(
      expect.objectContaining({
        code: 'ERR_CALIBRATION',
        message: expect.stringMatching(/from one angle|do not determine|no lens model/),
      }),
    );
  });

  it('of three pictures is refused', () => {
    const truth = cameraModels.plumbBob;
    const few = pictures(truth).slice(0, 3);
    expect(() => calibrateCamera(board, truth, few, engine)).toThrow(
      'expected at least 4 pictures with the whole board, found 3',
    );
  });
});
