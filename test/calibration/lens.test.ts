import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import { distort, radiusLimit, undistort } from '../../src/calibration/lens.js';
import { cameraModels, fisheye, pinhole, plumbBob, rational } from '../support/camera-models.js';

describe('lens models', () => {
  it('follow the published plumb_bob formula', () => {
    const [k1, k2, p1, p2, k3] = plumbBob.distortion as [number, number, number, number, number];
    const x = 0.3;
    const y = -0.2;
    const r2 = x * x + y * y;
    const radial = 1 + k1 * r2 + k2 * r2 ** 2 + k3 * r2 ** 3;
    const xd = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x);
    const yd = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
    const [u, v] = distort(plumbBob, x, y);
    expect(u).toBeCloseTo(plumbBob.fxPx * xd + plumbBob.cxPx, 9);
    expect(v).toBeCloseTo(plumbBob.fyPx * yd + plumbBob.cyPx, 9);
  });

  it('agree with values computed by OpenCV', () => {
    // cv2.projectPoints and cv2.fisheye.projectPoints (OpenCV 5.0.0) of the point (0.25, -0.15, 1).
    const expected: [CameraModel, number, number][] = [
      [pinhole, 896, 200.45],
      [plumbBob, 889.3304911021875, 204.48998391621876],
      [rational, 889.841014367429, 204.20739686281215],
      [fisheye, 769.7831216379898, 275.4301270172061],
    ];
    for (const [model, u, v] of expected) {
      const [foundU, foundV] = distort(model, 0.25, -0.15);
      expect(foundU).toBeCloseTo(u, 6);
      expect(foundV).toBeCloseTo(v, 6);
    }
  });

  it.each(Object.entries(cameraModels))(
    '%s: undistort inverts distort in the whole picture',
    (_, model) => {
      fc.assert(
        fc.property(
          fc.double({ min: 0, max: model.widthPx, noNaN: true }),
          fc.double({ min: 0, max: model.heightPx, noNaN: true }),
          (u, v) => {
            const direction = undistort(model, u, v);
            if (direction === undefined) return false;
            const [backU, backV] = distort(model, ...direction);
            return Math.abs(backU - u) < 1e-6 && Math.abs(backV - v) < 1e-6;
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it.each(Object.entries(cameraModels))(
    '%s: distort followed by undistort returns the direction, up to the radius limit',
    (_, model) => {
      const limit = Math.min(radiusLimit(model) * 0.95, 1.5);
      fc.assert(
        fc.property(
          fc.double({ min: 0, max: limit, noNaN: true }),
          fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
          (radius, angle) => {
            const x = radius * Math.cos(angle);
            const y = radius * Math.sin(angle);
            const found = undistort(model, ...distort(model, x, y));
            return found !== undefined && Math.hypot(found[0] - x, found[1] - y) < 1e-6;
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it('know where a polynomial folds back', () => {
    const barrel: CameraModel = { ...plumbBob, distortion: [-0.3, 0, 0, 0, 0] };
    // d/dr (r - 0.3 r^3) = 0 at r = 1 / sqrt(0.9).
    expect(radiusLimit(barrel)).toBeCloseTo(1 / Math.sqrt(0.9), 2);
    expect(radiusLimit(pinhole)).toBeGreaterThan(10);
    expect(radiusLimit(fisheye)).toBeGreaterThan(10);
  });

  it('find no direction for a pixel that the lens cannot show', () => {
    const barrel: CameraModel = { ...plumbBob, distortion: [-0.3, 0, 0, 0, 0] };
    // The widest distorted radius of this lens is 0.7027: a pixel beyond it sees nothing.
    expect(undistort(barrel, barrel.cxPx + 0.69 * barrel.fxPx, barrel.cyPx)).toBeDefined();
    expect(undistort(barrel, barrel.cxPx + 0.72 * barrel.fxPx, barrel.cyPx)).toBeUndefined();
  });
});
