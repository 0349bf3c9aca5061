import { inputSpecSchema } from '../../src/bundle/input-spec.js';
import { checkCameraCalibration } from '../../src/calibration/check-camera-calibration.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import type { RecordedRun } from './open-results.js';

/** How the run's class maps map to its frames; undefined if the recording does not say. */
export function recordedMapLookUp({ manifests, calibration }: RecordedRun): MapLookUp | undefined {
  const manifest = manifests.get('segmentation') as { input?: unknown } | undefined;
  const spec = inputSpecSchema.safeParse(manifest?.input);
  if (!spec.success) return undefined;
  return new MapLookUp(spec.data, cameraIn(calibration));
}

/** As on the rig, pictures of an uncalibrated camera are used as they are. */
function cameraIn(calibration: RecordedRun['calibration']) {
  try {
    return calibration && checkCameraCalibration(calibration);
  } catch {
    return undefined;
  }
}
