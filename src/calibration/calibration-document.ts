import { z } from 'zod';
import type { CameraCalibrationFields } from './check-camera-calibration.js';

/** Any number, even NaN: only checkCameraCalibration judges values. */
const number = z.custom<number>((value) => typeof value === 'number', 'expected a number');
const numbers = z.array(number).max(64);
/** A matrix of ROS or OpenCV. Some calibrators declare wrong column counts, so only the values are read. */
const matrix = z.object({ data: numbers });

/** A file of ROS's `camera_calibration_parsers`; older ones name no model, which means plumb_bob. */
const rosFile = z.object({
  image_width: number,
  image_height: number,
  camera_matrix: matrix,
  distortion_model: z.string().default(''),
  distortion_coefficients: matrix,
  /** How OpenCV's calibration sample marks a fisheye. */
  fisheye_model: z.union([z.number(), z.boolean()]).optional(),
});

/** `rostopic echo` (ROS 1: upper case) and `ros2 topic echo` (lower case) of a CameraInfo. */
const echoedMessage = z.object({
  width: number,
  height: number,
  distortion_model: z.string().default(''),
  d: numbers,
  k: numbers,
});

/** Capitalised keys of OpenCV's samples and of the ROS 1 message, and our spelling. */
const spellings: ReadonlyMap<string, string> = new Map([
  ['image_Width', 'image_width'],
  ['image_Height', 'image_height'],
  ['Camera_Matrix', 'camera_matrix'],
  ['Distortion_Coefficients', 'distortion_coefficients'],
  ['D', 'd'],
  ['K', 'k'],
]);

/**
 * The calibration that a parsed YAML document holds: a ROS camera_info file, OpenCV's own, or an echoed CameraInfo
 * message. Returns a string with the problem if it cannot be read. The numbers are not judged.
 */
export function readCalibrationDocument(document: unknown): CameraCalibrationFields | string {
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    return 'expected a calibration (camera_matrix, distortion_coefficients), found none';
  const fields = Object.fromEntries(
    Object.entries(document).map(([key, value]) => [spellings.get(key) ?? key, value]),
  );
  if ('k' in fields) {
    const echoed = echoedMessage.safeParse(fields);
    if (!echoed.success) return describe(echoed.error);
    const { width, height, distortion_model: distortionModel, d, k } = echoed.data;
    return { width, height, distortionModel, D: d, K: k };
  }
  const read = rosFile.safeParse(fields);
  if (!read.success) return describe(read.error);
  const { image_width, image_height, camera_matrix, distortion_coefficients } = read.data;
  return {
    width: image_width,
    height: image_height,
    distortionModel: read.data.fisheye_model ? 'fisheye' : read.data.distortion_model,
    D: distortion_coefficients.data,
    K: camera_matrix.data,
  };
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') || 'document'}: ${issue?.message}`;
}
