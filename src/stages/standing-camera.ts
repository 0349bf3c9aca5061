import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';

/** A camera model scaled to its frames, and how the camera sits above the road. */
export interface StandingCamera {
  readonly camera: CameraModel;
  readonly mount: MeasuredMount;
}
