import { type CameraModel, distortionCounts } from '../../src/calibration/camera-model.js';
import type { CameraCalibration } from '../../src/messages/gen/foxglove/camera_calibration_pb.js';
import { datasetError } from './dataset-files.js';

/** Foxglove's names of lens models (those of ROS image_pipeline) to ours. */
const kinds: Record<string, Exclude<CameraModel['kind'], 'pinhole'>> = {
  plumb_bob: 'plumb_bob',
  rational_polynomial: 'rational_polynomial',
  kannala_brandt: 'equidistant',
};

/** The camera of a recording. Throws ERR_DATASET for an unknown lens model or matrices of another shape. */
export function cameraFromRecording(calibration: CameraCalibration, where: string): CameraModel {
  const { width, height, distortionModel, D: distortion, K: matrix } = calibration;
  const kind = kinds[distortionModel];
  if (!kind) {
    const known = Object.keys(kinds).join(', ');
    throw datasetError(`expected a lens model of ${known}, found "${distortionModel}": ${where}`);
  }
  const count = distortionCounts[kind];
  if (matrix.length !== 9 || distortion.length !== count) {
    const found = `${matrix.length} and ${distortion.length}`;
    throw datasetError(
      `expected 9 values of K and ${count} of D for ${distortionModel}, found ${found}: ${where}`,
    );
  }
  const [fxPx, , cxPx, , fyPx, cyPx] = matrix as [number, number, number, number, number, number];
  const size = { widthPx: width, heightPx: height };
  return { kind, ...size, fxPx, fyPx, cxPx, cyPx, distortion };
}
