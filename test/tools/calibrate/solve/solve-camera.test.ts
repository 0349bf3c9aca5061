import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { boardPointsM, makeBoard } from '../../../../tools/calibrate/board/board.js';
import { OpencvWasm } from '../../../../tools/calibrate/engine/opencv-wasm.js';
import { standardDeviations, type View } from '../../../../tools/calibrate/solve/bundle-adjust.js';
import {
  type LensKind,
  newProjected,
  parameterCount,
  projectPoint,
} from '../../../../tools/calibrate/solve/projection.js';
import { rmsPx, solveCamera } from '../../../../tools/calibrate/solve/solve-camera.js';
import { manyPoses, seeBoard } from '../../../support/board-views.js';
import { cameraModels } from '../../../support/camera-models.js';

const board = makeBoard({ kind: 'chessboard', cols: 9, rows: 6, squareM: 0.025 });
const pointsM = boardPointsM(board);
const cornersFile = fileURLToPath(new URL('../corners-9x6-640x480.json', import.meta.url));
const corners: Record<string, number[]> = JSON.parse(readFileSync(cornersFile, 'utf8'));
const realViews: View[] = Object.values(corners).map((pointsPx) => ({
  pointsM,
  pointsPx: Float64Array.from(pointsPx),
}));
const size = { widthPx: 640, heightPx: 480 };

describe('the solver', () => {
  it.each(['plumbBob', 'rational', 'fisheye'] as const)('finds a %s camera again', (name) => {
    const model = cameraModels[name];
    const kind = model.kind as LensKind;
    const views = manyPoses.map((pose) => ({
      pointsM,
      pointsPx: seeBoard(board, model, pose).pointsPx,
    }));
    const fit = solveCamera(kind, views, model)!;
    expect(rmsPx(fit, views)).toBeLessThan(1e-3);
    const found = [model.fxPx, model.fyPx, model.cxPx, model.cyPx];
    for (const [i, expected] of found.entries())
      expect(Math.abs(fit.parameters[i]! - expected)).toBeLessThan(0.05);
  });

  // cv2.calibrateCamera and cv2.fisheye.calibrate (OpenCV 4.6, 200 iterations) on the same corners.
  it.each<[LensKind, number, number[]]>([
    ['plumb_bob', 0.1831923, [533.001887, 533.124153, 342.309342, 233.929399]],
    ['rational_polynomial', 0.1819886, [532.64963, 532.7656896, 342.2718444, 233.9196706]],
    [
      'equidistant',
      0.1898936,
      [
        532.5675741, 532.9018373, 342.2642234, 233.3723562, 0.0917787, -0.7785707, 4.0032775,
        -7.059203,
      ],
    ],
  ])('agrees with OpenCV on real corners: %s', (kind, rms, parameters) => {
    const fit = solveCamera(kind, realViews, size)!;
    expect(Math.abs(rmsPx(fit, realViews) / rms - 1)).toBeLessThan(1e-4);
    for (const [i, expected] of parameters.entries())
      expect(Math.abs(fit.parameters[i]! / expected - 1)).toBeLessThan(1e-4);
  });

  it('agrees with OpenCV as WebAssembly, coefficient by coefficient', async () => {
    const opencv = await OpencvWasm.load();
    const theirs = opencv.calibrate('plumb_bob', realViews, size)!;
    const ours = solveCamera('plumb_bob', realViews, size)!.parameters;
    for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, i < 4 ? 2 : 4);
  });

  it('states standard deviations that repeated measurements bear out', () => {
    const model = cameraModels.plumbBob;
    const focals: number[] = [];
    let stated = 0;
    const rounds = 24;
    for (let round = 0; round < rounds; round++) {
      const views = manyPoses.map((pose) => ({
        pointsM,
        pointsPx: seeBoard(board, model, pose, 0.3).pointsPx,
      }));
      const fit = solveCamera('plumb_bob', views, model)!;
      focals.push(fit.parameters[0]!);
      stated += standardDeviations(fit, views)![0]! / rounds;
    }
    const mean = focals.reduce((sum, f) => sum + f, 0) / rounds;
    const measured = Math.sqrt(focals.reduce((sum, f) => sum + (f - mean) ** 2, 0) / (rounds - 1));
    // 24 rounds know their own deviation to 15 %.
    expect(stated / measured).toBeGreaterThan(0.6);
    expect(stated / measured).toBeLessThan(1.6);
  });

  it.each<LensKind>(['plumb_bob', 'rational_polynomial', 'equidistant'])(
    'differentiates %s as finite differences do',
    (kind) => {
      const parameters = Float64Array.from(
        [500, 510, 320, 240, -0.2, 0.05, 0.001, -0.002, 0.01, 0.02, -0.03, 0.01].slice(
          0,
          parameterCount(kind),
        ),
      );
      const point = [0.3, -0.2, 1.2] as [number, number, number];
      const out = newProjected(kind);
      projectPoint(kind, parameters, ...point, out);
      const near = newProjected(kind);
      const h = 1e-6;
      for (let i = 0; i < parameters.length; i++) {
        const moved = parameters.slice();
        moved[i]! += h;
        projectPoint(kind, moved, ...point, near);
        expect(out.byParameter[i]).toBeCloseTo((near.u - out.u) / h, 3);
        expect(out.byParameter[parameters.length + i]).toBeCloseTo((near.v - out.v) / h, 3);
      }
      for (let i = 0; i < 3; i++) {
        const moved = [...point] as [number, number, number];
        moved[i]! += h;
        projectPoint(kind, parameters, ...moved, near);
        expect(out.byPoint[i]).toBeCloseTo((near.u - out.u) / h, 2);
        expect(out.byPoint[3 + i]).toBeCloseTo((near.v - out.v) / h, 2);
      }
    },
  );
});
