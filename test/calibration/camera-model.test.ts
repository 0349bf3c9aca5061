import { describe, expect, it } from 'vitest';
import { scaleCamera, undistortedPinhole } from '../../src/calibration/camera-model.js';
import { distort } from '../../src/calibration/lens.js';
import { plumbBob } from '../support/camera-models.js';

describe('a camera model', () => {
  it('scaled to half the size shows a direction at half the distance from the corner', () => {
    const half = scaleCamera(plumbBob, 640, 360);
    const [u, v] = distort(plumbBob, 0.21, -0.13);
    const [halfU, halfV] = distort(half, 0.21, -0.13);
    expect(halfU + 0.5).toBeCloseTo((u + 0.5) / 2, 9);
    expect(halfV + 0.5).toBeCloseTo((v + 0.5) / 2, 9);
  });

  it('scaled up and down again is the same', () => {
    const back = scaleCamera(scaleCamera(plumbBob, 1920, 1080), 1280, 720);
    expect(back.cxPx).toBeCloseTo(plumbBob.cxPx, 9);
    expect(back.fyPx).toBeCloseTo(plumbBob.fyPx, 9);
  });

  it('cannot be scaled to another aspect ratio', () => {
    const scale = () => scaleCamera(plumbBob, 1280, 960);
    expect(scale).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
    expect(scale).toThrow(/1280x720, found 1280x960/);
  });

  it('has an ideal pinhole of the same intrinsics', () => {
    const ideal = undistortedPinhole(plumbBob);
    const [u, v] = distort(ideal, 0.5, 0.25);
    expect(u).toBeCloseTo(0.5 * plumbBob.fxPx + plumbBob.cxPx, 12);
    expect(v).toBeCloseTo(0.25 * plumbBob.fyPx + plumbBob.cyPx, 12);
  });
});
