import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadOpenCv } from '../../../../src/capture/load-opencv.js';
import { makeBoard } from '../../../../tools/calibrate/board/board.js';
import { calibrateCamera } from '../../../../tools/calibrate/calibrate-camera.js';
import type { CalibrationEngine } from '../../../../tools/calibrate/engine/calibration-engine.js';
import { openEmbeddedEngine } from '../../../../tools/calibrate/engine/embedded-engine.js';
import { openNativeEngine } from '../../../../tools/calibrate/engine/native-engine.js';
import { findBoards } from '../../../../tools/calibrate/find-boards.js';
import { readCalibrationPictures } from '../../../../tools/calibrate/read-pictures.js';
import { sharedDataDir } from '../../../support/shared-data.js';

const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.025 });
const pictures = join(sharedDataDir() ?? '', 'chessboards/opencv_left_640x480');

function whyNot(): string | undefined {
  try {
    loadOpenCv('this test', '');
  } catch {
    return '@u4/opencv4nodejs is not set up';
  }
  return existsSync(pictures) ? undefined : `no pictures in ${pictures}`;
}
const skip = whyNot();
const left = skip === undefined ? '' : ` (left out: ${skip})`;

describe.skipIf(skip !== undefined)(`the native engine${left}`, () => {
  let embedded: CalibrationEngine;
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
  });

  it('agrees with the embedded one: the same boards, the same camera', async () => {
    const native = openNativeEngine(embedded);
    const solved = [];
    for (const engine of [embedded, native]) {
      const { size, pictures: found } = await findBoards(
        readCalibrationPictures([pictures], 1),
        board,
        engine,
        () => {},
      );
      solved.push(calibrateCamera(board, size, found, engine, 'plumb_bob'));
    }
    const [ours, theirs] = solved;
    expect(theirs!.engine).toMatch(/^native \(OpenCV 4\./);
    expect(theirs!.used.map(({ name }) => name)).toEqual(ours!.used.map(({ name }) => name));
    for (const key of ['fxPx', 'fyPx'] as const)
      expect(Math.abs(theirs!.model[key] / ours!.model[key] - 1)).toBeLessThan(0.005);
    expect(Math.abs(theirs!.rmsPx - ours!.rmsPx)).toBeLessThan(0.05);
  });

  it('solves for the same camera on the same corners, to five digits', async () => {
    const native = openNativeEngine(embedded);
    const { size, pictures: found } = await findBoards(
      readCalibrationPictures([pictures], 1),
      board,
      embedded,
      () => {},
    );
    for (const kind of ['plumb_bob', 'rational_polynomial'] as const) {
      const [a, b] = [embedded, native].map((engine) =>
        calibrateCamera(board, size, found, engine, kind),
      );
      expect(b!.rmsPx / a!.rmsPx).toBeCloseTo(1, 5);
      expect(b!.model.fxPx / a!.model.fxPx).toBeCloseTo(1, 4);
    }
  });
});
