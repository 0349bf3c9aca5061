import { type CameraModel, scaleCamera } from '../calibration/camera-model.js';
import type { MeasuredMount } from '../calibration/mount.js';
import type { CameraOfOptions } from '../capture/camera-of.js';
import type { CaptureHandle } from '../capture/capture-thread.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { PipelineConfig } from './pipeline-schema.js';

/** The camera model for frames of the size that they have. */
export function cameraIn({ info }: CaptureHandle, calibrated: CameraModel | undefined) {
  return calibrated && scaleCamera(calibrated, info.layout.widthPx, info.layout.heightPx);
}

/** What the pipeline file's `calibration` asks for. Rejects as cameraOf does. */
export async function calibrationFor(
  calibration: string,
  source: string,
  /** What the caller opened: nothing is looked up by the name of that. */
  carrier?: { camera?: CameraModel | undefined },
  about: CameraOfOptions = {},
): Promise<CameraModel | undefined> {
  if (carrier !== undefined && calibration === 'recording') return carrier.camera;
  const { cameraOf } = await import('../capture/camera-of.js');
  return cameraOf(calibration, source, about);
}

/** Without a lens, a mount gives no distances: a file that was named would be passed over in silence. */
export function checkHasCamera({ mount }: PipelineConfig, camera: CameraModel | undefined): void {
  if (camera === undefined && mount !== 'none' && mount !== 'recording')
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `mount ${mount}: expected a calibration beside it, found none`,
    );
}

/** Steering can be compared with the road only where it is known what of it the camera shows. */
export function checkStands(
  { steeringCheck, bundles }: PipelineConfig,
  camera: CameraModel | undefined,
  mount: MeasuredMount | undefined,
): void {
  const found = camera === undefined ? 'no calibration' : mount === undefined ? 'no mount' : '';
  // A camera that does not steer, beside one that does, is asked nothing.
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
