import { describe, expect, it } from 'vitest';
import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';

const good = {
  width: 1280,
  height: 720,
  distortionModel: 'plumb_bob',
  D: [-0.3, 0.1, 0, 0, 0],
  K: [1000, 0, 640, 0, 1000, 360, 0, 0, 1],
};
const withMatrix = (fx: number, fy: number, cx = 640, cy = 360) => ({
  ...good,
  K: [fx, 0, cx, 0, fy, cy, 0, 0, 1],
});

describe("a camera's calibration", () => {
  it('is a camera model where it can be one', () => {
    expect(checkCameraCalibration(good)).toEqual({
      kind: 'plumb_bob',
      widthPx: 1280,
      heightPx: 720,
      fxPx: 1000,
      fyPx: 1000,
      cxPx: 640,
      cyPx: 360,
      distortion: [-0.3, 0.1, 0, 0, 0],
    });
  });

  it.each([
    ['no coefficients at all', { ...good, D: [] }, 'pinhole', []],
    ['nothing but zeros', { ...good, D: [0, 0, 0, 0, 0, 0, 0, 0] }, 'pinhole', []],
    [
      'no model but four',
      { ...good, distortionModel: '', D: [-0.3, 0, 0, 0] },
      'plumb_bob',
      [-0.3, 0, 0, 0, 0],
    ],
    [
      'eight under the name of five',
      { ...good, D: [0.4, 0, 0, 0, 0, 0.7, 0, 0] },
      'rational_polynomial',
      [0.4, 0, 0, 0, 0, 0.7, 0, 0],
    ],
    [
      'zeros in a fisheye',
      { ...good, distortionModel: 'kannala_brandt', D: [0, 0, 0, 0] },
      'equidistant',
      [0, 0, 0, 0],
    ],
  ])('with %s is read as ROS and OpenCV do', (_, calibration, kind, distortion) => {
    expect(checkCameraCalibration(calibration)).toMatchObject({ kind, distortion });
  });

  it.each([
    [
      'nothing but zeros, as of a camera never calibrated',
      { ...good, K: Array(9).fill(0) },
      /calibrated camera/,
    ],
    ['an empty matrix', { ...good, K: [] }, /calibrated camera/],
    ['NaN', { ...good, K: Array(9).fill(Number.NaN) }, /finite/],
    ['no size', { ...good, width: 0 }, /0x720/],
    ['half a pixel', { ...good, height: 720.5 }, /1280x720\.5/],
    [
      'its rows for columns',
      { ...good, K: [1000, 0, 0, 0, 1000, 0, 640, 360, 1] },
      /expected \[fx, 0, cx/,
    ],
    ['focal lengths as shares', withMatrix(0.78, 0.78), /64 to 128000 px/],
    ['a focal length below 0', withMatrix(-1000, 1000), /above 0 px/],
    ['pixels six times as wide', withMatrix(1000, 6000), /within 5 times/],
    ['a centre in another picture', withMatrix(1000, 1000, 64_000), /principal point/],
    ['an unknown lens', { ...good, distortionModel: 'fish_bowl' }, /found "fish_bowl"/],
    ['six coefficients', { ...good, D: [1, 2, 3, 4, 5, 6] }, /found 6/],
    ['five for a fisheye', { ...good, distortionModel: 'fisheye' }, /expected 4 for fisheye/],
    ['infinite coefficients', { ...good, D: [Number.POSITIVE_INFINITY, 0, 0, 0] }, /finite/],
    ['a tilted sensor', { ...good, D: [...Array(12).fill(0), 0.1, 0] }, /tilted sensor/],
    ['a lens that folds back', { ...good, D: [-25, 0, 0, 0, 0] }, /folds back/],
  ])('with %s is refused and says why', (_, calibration, message) => {
    const check = () => checkCameraCalibration(calibration, 'front.yaml');
    expect(check).toThrow(expect.objectContaining({ code: 'ERR_CALIBRATION' }));
    expect(check).toThrow(message);
    expect(check).toThrow(/^front\.yaml: [^\n]+$/);
  });
});
