import type { CameraModel } from '../calibration/camera-model.js';
import { distort, type Point, radiusLimit, undistort } from '../calibration/lens.js';
import type { FrameLayout } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';

/** Throws ERR_CALIBRATION if the camera model is for another frame size. */
export function checkCameraSize(
  frame: Pick<FrameLayout, 'widthPx' | 'heightPx'>,
  camera: CameraModel | undefined,
): void {
  if (camera === undefined) return;
  if (camera.widthPx === frame.widthPx && camera.heightPx === frame.heightPx) return;
  throw new PerceptionError(
    'ERR_CALIBRATION',
    `expected a calibration for ${frame.widthPx}x${frame.heightPx}, found one for ${camera.widthPx}x${camera.heightPx}`,
  );
}

/** From a point of the rectified picture to the captured one, pixels from the top-left corner; undefined outside the lens. */
export type CapturedFromRectified = (xPx: number, yPx: number) => Point | undefined;

/** Maps points of the ideal pinhole picture with the same intrinsics to where the camera shows them. */
export function rectifier(camera: CameraModel): CapturedFromRectified {
  const limit = radiusLimit(camera);
  return (xPx, yPx) => {
    const xNorm = (xPx - 0.5 - camera.cxPx) / camera.fxPx;
    const yNorm = (yPx - 0.5 - camera.cyPx) / camera.fyPx;
    if (Math.hypot(xNorm, yNorm) > limit) return undefined;
    const point = distort(camera, xNorm, yNorm);
    point[0] += 0.5;
    point[1] += 0.5;
    return point;
  };
}

/** The inverse of `rectifier`: from the captured picture to the rectified one; undefined outside the lens. */
export function capturedRectifier(camera: CameraModel): CapturedFromRectified {
  return (xPx, yPx) => {
    const point = undistort(camera, xPx - 0.5, yPx - 0.5);
    if (point === undefined) return undefined;
    point[0] = point[0] * camera.fxPx + camera.cxPx + 0.5;
    point[1] = point[1] * camera.fyPx + camera.cyPx + 0.5;
    return point;
  };
}
