import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pixelFromGround } from '../../../../src/calibration/ground.js';
import { fitMount } from '../../../../tools/calibrate/ground/fit-mount.js';
import { cameraModels } from '../../../support/camera-models.js';

const places = [
  [6, 1.5],
  [6, -1.5],
  [15, 2],
  [14, -2.5],
] as const;

const pointsOf = (
  camera: (typeof cameraModels)[keyof typeof cameraModels],
  mount: { heightM: number; pitchRad: number; rollRad: number; yawRad: number },
) =>
  places.map(([forwardM, leftM]) => {
    const [uPx, vPx] = pixelFromGround(camera, mount, forwardM, leftM)!;
    // Measured from the bumper, 2 m ahead of the camera and 0.1 m to its left.
    return { uPx, vPx, forwardM: forwardM - 2, leftM: leftM - 0.1 };
  });

describe('a mount from points of the road', () => {
  it.each(Object.entries(cameraModels))('is found again through %s', (_, camera) => {
    const angle = (reach: number) => fc.double({ min: -reach, max: reach, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 2, noNaN: true }),
        angle(0.08),
        angle(0.1),
        angle(0.1),
        (heightM, pitchRad, rollRad, yawRad) => {
          const found = fitMount(pointsOf(camera, { heightM, pitchRad, rollRad, yawRad }), camera);
          expect(found.mount.heightM).toBeCloseTo(heightM, 4);
          expect(found.mount.pitchRad).toBeCloseTo(pitchRad, 5);
          expect(found.mount.rollRad).toBeCloseTo(rollRad, 5);
          expect(found.mount.yawRad).toBeCloseTo(yawRad, 5);
          expect(found.cameraForwardM).toBeCloseTo(-2, 3);
          expect(found.cameraLeftM).toBeCloseTo(-0.1, 3);
          expect(found.mount.heightDeviationM).toBeGreaterThan(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is refused with left and right exchanged, with three points, with three on a line', () => {
    const camera = cameraModels.plumbBob;
    const points = pointsOf(camera, { heightM: 1.4, pitchRad: 0.03, rollRad: 0, yawRad: 0 });
    const mirrored = points.map((point) => ({ ...point, leftM: -point.leftM }));
    expect(() => fitMount(mirrored, camera)).toThrow('are left and right exchanged?');
    expect(() => fitMount(points.slice(0, 3), camera)).toThrow('four or more, found 3');
    const line = points.map((point, i) => ({ ...point, forwardM: 5 + i, leftM: 1 }));
    expect(() => fitMount(line, camera)).toThrow('points of the road');
  });
});
