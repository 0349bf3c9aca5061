import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groundFromCameraRotation,
  groundFromPixel,
  pixelFromGround,
} from '../../src/calibration/ground.js';
import { distort } from '../../src/calibration/lens.js';
import { cameraModels, pinhole } from '../support/camera-models.js';

describe('the ground', () => {
  it('straight below the horizon is height / tan(angle) ahead', () => {
    const mount = { heightM: 1.4, pitchRad: 0 };
    const angle = 0.1;
    const [u, v] = distort(pinhole, 0, Math.tan(angle));
    const [forward, left] = groundFromPixel(pinhole, mount, u, v)!;
    expect(forward).toBeCloseTo(1.4 / Math.tan(angle), 9);
    expect(left).toBeCloseTo(0, 9);
  });

  it('is nearer when the camera looks down, and to the left in the left half', () => {
    const u = pinhole.cxPx - 100;
    const v = pinhole.cyPx + 80;
    const level = groundFromPixel(pinhole, { heightM: 1.4, pitchRad: 0 }, u, v)!;
    const down = groundFromPixel(pinhole, { heightM: 1.4, pitchRad: 0.05 }, u, v)!;
    expect(down[0]).toBeLessThan(level[0]);
    expect(level[1]).toBeGreaterThan(0);
    const turned = groundFromPixel(pinhole, { heightM: 1.4, pitchRad: 0, yawRad: 0.1 }, u, v)!;
    expect(turned[1]).toBeGreaterThan(level[1]);
  });

  it('is not seen at or above the horizon', () => {
    const mount = { heightM: 1.4, pitchRad: 0 };
    expect(groundFromPixel(pinhole, mount, 640, pinhole.cyPx)).toBeUndefined();
    expect(groundFromPixel(pinhole, mount, 640, pinhole.cyPx - 50)).toBeUndefined();
  });

  it.each(Object.entries(cameraModels))('seen through %s is found again', (_, model) => {
    fc.assert(
      fc.property(
        fc.double({ min: 6, max: 60, noNaN: true }),
        fc.double({ min: -0.4, max: 0.4, noNaN: true }),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        (forward, bearing, pitchRad, yawRad) => {
          const mount = { heightM: 1.5, pitchRad, yawRad };
          const point = [forward, forward * bearing, -mount.heightM] as const;
          // The rotation's transpose takes the point, seen from the camera, into the optical frame.
          const r = groundFromCameraRotation(mount);
          const optical = [0, 1, 2].map(
            (axis) => r[axis]! * point[0] + r[3 + axis]! * point[1] + r[6 + axis]! * point[2],
          ) as [number, number, number];
          const [u, v] = distort(model, optical[0] / optical[2], optical[1] / optical[2]);
          const found = groundFromPixel(model, mount, u, v)!;
          expect(found[0]).toBeCloseTo(point[0], 4);
          expect(found[1]).toBeCloseTo(point[1], 4);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('comes back from its pixel, whatever the lens', () => {
    const mount = { heightM: 1.35, pitchRad: 0.03, yawRad: 0.05 };
    for (const model of Object.values(cameraModels)) {
      const [u, v] = pixelFromGround(model, mount, 12, -1.5)!;
      const [forward, left] = groundFromPixel(model, mount, u, v)!;
      expect(forward).toBeCloseTo(12, 6);
      expect(left).toBeCloseTo(-1.5, 6);
    }
    expect(pixelFromGround(pinhole, mount, -5, 0)).toBeUndefined();
  });
});
