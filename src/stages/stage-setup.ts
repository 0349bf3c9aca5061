import type { Bundle } from '../bundle/bundle.js';
import type { CameraModel } from '../calibration/camera-model.js';
import type { FrameLayout } from '../frame/frame.js';
import type { NetworkSession } from '../inference/network-session.js';

/** What a stage needs before its first frame. */
export interface StageSetup {
  bundle: Bundle;
  session: NetworkSession;
  frame: FrameLayout;
  /** Undefined: pixels are taken as they are. */
  camera: CameraModel | undefined;
  /** Class names of the detector whose boxes a crop classifier reads; empty if there is none. */
  detectorClasses: readonly string[];
}
