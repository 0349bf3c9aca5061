import { PerceptionError } from '../frame/perception-error.js';
import { formatYaml, parseYaml } from '../text/yaml-document.js';
import { readCalibrationDocument } from './calibration-document.js';
import type { CameraModel } from './camera-model.js';
import { checkCameraCalibration } from './check-camera-calibration.js';
import { sha256Hex } from './sha256.js';

/** A calibration takes a few hundred bytes; an echoed topic repeats it. */
const maxCharacters = 4 * 1024 * 1024;

/**
 * Reads a calibration from YAML: a ROS camera_info file, one that OpenCV wrote (`%YAML:1.0`), or an echoed
 * `sensor_msgs/CameraInfo`, whose first message counts. `where` names the file in errors. Rectification and projection
 * matrices serve stereo rigs and are not used. Throws ERR_CALIBRATION with what was expected and found; see
 * checkCameraCalibration for what is accepted.
 */
export function parseCameraInfoYaml(text: string, where: string): CameraModel {
  const fields = readCalibrationDocument(parseFirstDocument(text, where));
  if (typeof fields === 'string')
    throw new PerceptionError('ERR_CALIBRATION', `${where}: ${fields}`);
  return checkCameraCalibration(fields, where);
}

function parseFirstDocument(text: string, where: string): unknown {
  // OpenCV's directive is not valid YAML, and its tag for a matrix is not declared.
  const yaml = text.replace(/^\uFEFF?%YAML:1\.\d+[^\n]*\n/, '');
  return parseYaml(yaml, { where, code: 'ERR_CALIBRATION', takesFirst: true, maxCharacters }).value;
}

/** Writes a camera_info YAML text that ROS and `parseCameraInfoYaml` read; numbers keep every digit. */
export function formatCameraInfoYaml(model: CameraModel, cameraName = 'camera'): string {
  const { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx } = model;
  const distortion = kind === 'pinhole' ? [0, 0, 0, 0, 0] : [...model.distortion];
  const document = {
    image_width: widthPx,
    image_height: heightPx,
    camera_name: cameraName,
    camera_matrix: { rows: 3, cols: 3, data: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1] },
    distortion_model: kind === 'pinhole' ? 'plumb_bob' : kind,
    distortion_coefficients: { rows: 1, cols: distortion.length, data: distortion },
    rectification_matrix: { rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    projection_matrix: {
      rows: 3,
      cols: 4,
      data: [fxPx, 0, cxPx, 0, 0, fyPx, cyPx, 0, 0, 0, 1, 0],
    },
  };
  return formatYaml(document, { collectionStyle: 'any', lineWidth: 0 });
}

/** sha256 of the model's canonical text (its fields in a fixed order as JSON); results name their calibration by it. */
export function calibrationSha256(model: CameraModel): Promise<string> {
  const { kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, distortion } = model;
  return sha256Hex(
    JSON.stringify([kind, widthPx, heightPx, fxPx, fyPx, cxPx, cyPx, ...distortion]),
  );
}
