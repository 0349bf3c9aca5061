import { type CameraModel, undistortedPinhole } from '../../src/calibration/camera-model.js';
import type { Random } from '../world/random.js';

/** The camera's mount on the vehicle, relative to the rear axle's middle, metres and radians. */
export interface RenderedMount {
  forwardM: number;
  leftM: number;
  heightM: number;
  /** Nose down, radians. */
  pitchRad: number;
  rollRad: number;
  yawRad: number;
}

export interface SimulatedCamera {
  /** Size, intrinsics and lens, as calibrated. */
  model: CameraModel;
  mount: RenderedMount;
}

/** The rig's camera at a given size: 65 degrees wide with mild barrel distortion, 1.35 m up. */
export function rigCamera(widthPx: number, heightPx: number): SimulatedCamera {
  const focal = Math.round(widthPx * 785) / 1000;
  return {
    model: {
      kind: 'plumb_bob',
      widthPx,
      heightPx,
      fxPx: focal,
      fyPx: focal,
      cxPx: Math.round(widthPx * 502.4) / 1000,
      cyPx: Math.round(heightPx * 493) / 1000,
      distortion: [-0.162, 0.041, 0.0006, -0.0004, -0.004],
    },
    mount: { forwardM: 1.7, leftM: 0, heightM: 1.35, pitchRad: 0.025, rollRad: 0, yawRad: 0 },
  };
}

/** The rig's camera after preprocessing: the same intrinsics without lens distortion. */
export function rectifiedRigCamera(widthPx: number, heightPx: number): SimulatedCamera {
  const { model, mount } = rigCamera(widthPx, heightPx);
  return { model: undistortedPinhole(model), mount };
}

/** A camera without distortion at the rig's place, with another focal length (in picture widths), height and tilt. */
export function otherRigCamera(
  random: Random,
  [least, most]: readonly [number, number],
  widthPx: number,
  heightPx: number,
): SimulatedCamera {
  const { model, mount } = rectifiedRigCamera(widthPx, heightPx);
  const fxPx = widthPx * random.range(least, most);
  const horizonNorm = random.range(0.33, 0.5);
  return {
    model: { ...model, fxPx, fyPx: fxPx, cxPx: widthPx / 2, cyPx: heightPx / 2 },
    mount: {
      ...mount,
      heightM: random.range(1.1, 2),
      pitchRad: Math.atan(((0.5 - horizonNorm) * heightPx) / fxPx),
    },
  };
}

/** Another camera on another car: focal length, distortion, height and tilt drawn from wide ranges. */
export function randomCamera(random: Random, widthPx: number, heightPx: number): SimulatedCamera {
  const focal = widthPx * random.range(0.62, 1.15);
  // Wide lenses get smaller coefficients: what counts is the shift at the corner, and that the lens never folds.
  const reach = Math.min(1, (focal / widthPx / 0.9) ** 2);
  return {
    model: {
      ...rigCamera(widthPx, heightPx).model,
      fxPx: focal,
      fyPx: focal * random.range(0.99, 1.01),
      cxPx: widthPx * random.range(0.48, 0.52),
      cyPx: heightPx * random.range(0.47, 0.53),
      distortion: [
        random.range(-0.2, 0.03) * reach,
        random.range(0.01, 0.05) * reach,
        random.range(-0.001, 0.001),
        random.range(-0.001, 0.001),
        0,
      ],
    },
    mount: {
      forwardM: 1.7,
      leftM: random.range(-0.3, 0.3),
      heightM: random.range(1.15, 1.75),
      pitchRad: random.range(-0.03, 0.09),
      rollRad: random.normal() * 0.012,
      yawRad: random.normal() * 0.03,
    },
  };
}
