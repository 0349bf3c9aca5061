import { type CameraModel, scaleCamera } from '../calibration/camera-model.js';
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

/** Empty without a camera model. */
export async function hashOf(camera: CameraModel | undefined): Promise<string> {
  const { calibrationSha256 } = await import('../calibration/camera-info.js');
  return camera === undefined ? '' : calibrationSha256(camera);
}
