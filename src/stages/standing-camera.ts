import type { CameraModel } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';

/** A camera for frames of the size that they have, and how it sits above the road. */
export interface StandingCamera {
  readonly camera: CameraModel;
  readonly mount: MeasuredMount;
}
