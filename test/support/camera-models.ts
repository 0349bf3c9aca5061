import type { CameraModel } from '../../src/calibration/camera-model.js';

const base = { widthPx: 1280, heightPx: 720, fxPx: 1010, fyPx: 1005, cxPx: 643.5, cyPx: 351.2 };

/** One camera of each kind, as strong as real ones of a vehicle are. */
export const pinhole: CameraModel = { ...base, kind: 'pinhole', distortion: [] };
export const plumbBob: CameraModel = {
  ...base,
  kind: 'plumb_bob',
  distortion: [-0.31, 0.12, 0.0011, -0.0007, -0.021],
};
export const rational: CameraModel = {
  ...base,
  kind: 'rational_polynomial',
  distortion: [0.42, -0.08, 0.0004, 0.0009, 0.011, 0.73, -0.05, 0.02],
};
export const fisheye: CameraModel = {
  ...base,
  fxPx: 520,
  fyPx: 520,
  kind: 'equidistant',
  distortion: [-0.021, 0.004, -0.003, 0.0004],
};

export const cameraModels = { pinhole, plumbBob, rational, fisheye };
