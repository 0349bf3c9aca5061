/**
 * Camera models: read and write them, undistort points, and go from pixels to the ground.
 *
 * @packageDocumentation
 */

export { formatCameraInfoYaml, parseCameraInfoYaml } from '../calibration/camera-info.js';
export { type CameraKind, type CameraModel, scaleCamera } from '../calibration/camera-model.js';
export {
  type CameraMount,
  groundFromCamera,
  groundFromPixel,
} from '../calibration/ground.js';
export { distort, type Point, undistort } from '../calibration/lens.js';
