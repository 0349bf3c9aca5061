import { type CameraModel, scaleCamera } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { CameraOfOptions } from '../capture/camera-of.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** Returns the camera model scaled to the size of the captured frames. */
export function cameraIn({ info }: CaptureHandle, calibrated: CameraModel | undefined) {
  return calibrated && scaleCamera(calibrated, info.layout.widthPx, info.layout.heightPx);
}

/** Resolves with the camera that the pipeline file's `calibration` names. Rejects as cameraOf does. */
export async function calibrationFor(
  calibration: string,
  source: string,
  /** A source that the caller opened: nothing is looked up by its name. */
  carrier?: { camera?: CameraModel | undefined },
  about: CameraOfOptions = {},
): Promise<CameraModel | undefined> {
  if (carrier !== undefined && calibration === 'recording') return carrier.camera;
  const { cameraOf } = await import('../capture/camera-of.js');
  return cameraOf(calibration, source, about);
}

/** Throws ERR_CALIBRATION for a mount file without a calibration: it gives no distances and would be ignored silently. */
export function checkHasCamera({ mount }: PipelineConfig, camera: CameraModel | undefined): void {
  if (camera === undefined && mount !== 'none' && mount !== 'recording')
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `mount ${mount}: expected a calibration beside it, found none`,
    );
}

/** Throws ERR_CALIBRATION if `steeringCheck` lacks a calibration or a mount: both say which part of the road is seen. */
export function checkStands(
  { steeringCheck, bundles }: PipelineConfig,
  camera: CameraModel | undefined,
  mount: MeasuredMount | undefined,
): void {
  const found = camera === undefined ? 'no calibration' : mount === undefined ? 'no mount' : '';
  // A camera that does not steer, in a rig with one that does, needs neither.
  if (bundles.steering === undefined || bundles.segmentation === undefined) return;
  if (steeringCheck !== undefined && found !== '')
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `steeringCheck: expected a calibration and a mount, found ${found}`,
    );
}

/** Empty without a camera model. */
export async function hashOf(camera: CameraModel | undefined): Promise<string> {
  const { calibrationSha256 } = await import('../calibration/camera-info.js');
  return camera === undefined ? '' : calibrationSha256(camera);
}
