import type { CameraModel } from '../calibration/camera-model.js';
import type { Point } from '../calibration/lens.js';
import type { FrameLayout } from '../frame/frame.js';
import { type InputPlacement, placeInput } from './input-geometry.js';
import {
  type CapturedFromRectified,
  capturedRectifier,
  checkCameraSize,
  rectifier,
} from './rectifier.js';

/** Left, top, right, bottom. */
export type Box = [number, number, number, number];

/**
 * The geometry of preprocessing as a function of points and boxes, both ways. Input coordinates are shares of the
 * network's input (0..1); frame coordinates are pixels of the captured (distorted) frame from its top-left corner.
 */
export interface InputMapping {
  /** Undefined where the lens shows nothing. The point may be outside the frame. */
  frameFromInputPoint(xNorm: number, yNorm: number): Point | undefined;
  inputFromFramePoint(xPx: number, yPx: number): Point | undefined;
  /** The upright box around the mapped box, clipped to the frame; undefined if no part of it is inside. */
  frameFromInputBox(boxXyxyNorm: Readonly<Box>): Box | undefined;
  /** The upright box around the mapped box, not clipped; undefined when no part of its outline can be mapped. */
  inputFromFrameBox(boxXyxyPx: Readonly<Box>): Box | undefined;
}

/**
 * The mapping that belongs to buildRemapTable(spec, frame, camera). Throws ERR_CALIBRATION when the camera was
 * calibrated for another frame size.
 */
export function createInputMapping(
  spec: InputPlacement,
  frame: Pick<FrameLayout, 'widthPx' | 'heightPx'>,
  camera?: CameraModel,
): InputMapping {
  checkCameraSize(frame, camera);
  const geometry = placeInput(spec, 0, 0, frame.widthPx, frame.heightPx);
  const captured: CapturedFromRectified =
    camera === undefined ? (xPx, yPx) => [xPx, yPx] : rectifier(camera);
  const rectified: CapturedFromRectified =
    camera === undefined ? (xPx, yPx) => [xPx, yPx] : capturedRectifier(camera);

  const frameFromInputPoint = (xNorm: number, yNorm: number) =>
    captured(
      geometry.offsetXPx + xNorm * spec.widthPx * geometry.scaleX,
      geometry.offsetYPx + yNorm * spec.heightPx * geometry.scaleY,
    );
  const inputFromFramePoint = (xPx: number, yPx: number): Point | undefined => {
    const point = rectified(xPx, yPx);
    if (point === undefined) return undefined;
    return [
      (point[0] - geometry.offsetXPx) / geometry.scaleX / spec.widthPx,
      (point[1] - geometry.offsetYPx) / geometry.scaleY / spec.heightPx,
    ];
  };
  // Straight edges stay straight without a lens: then two corners are enough.
  const edgePoints = camera === undefined ? 1 : 4;

  return {
    frameFromInputPoint,
    inputFromFramePoint,
    frameFromInputBox(boxXyxyNorm) {
      const box = boundOutline(boxXyxyNorm, edgePoints, frameFromInputPoint);
      if (box === undefined) return undefined;
      const left = Math.max(0, box[0]);
      const top = Math.max(0, box[1]);
      const right = Math.min(frame.widthPx, box[2]);
      const bottom = Math.min(frame.heightPx, box[3]);
      return right > left && bottom > top ? [left, top, right, bottom] : undefined;
    },
    inputFromFrameBox: (boxXyxyPx) => boundOutline(boxXyxyPx, edgePoints, inputFromFramePoint),
  };
}

/** The upright box around the mapped points of a box's outline: its corners, and parts - 1 points between them per edge. */
function boundOutline(
  [left, top, right, bottom]: Readonly<Box>,
  parts: number,
  map: (x: number, y: number) => Point | undefined,
): Box | undefined {
  const bound: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const include = (x: number, y: number) => {
    const point = map(x, y);
    if (point === undefined) return;
    bound[0] = Math.min(bound[0], point[0]);
    bound[1] = Math.min(bound[1], point[1]);
    bound[2] = Math.max(bound[2], point[0]);
    bound[3] = Math.max(bound[3], point[1]);
  };
  for (let i = 0; i <= parts; i++) {
    const x = left + ((right - left) * i) / parts;
    const y = top + ((bottom - top) * i) / parts;
    include(x, top);
    include(x, bottom);
    include(left, y);
    include(right, y);
  }
  return bound[0] <= bound[2] ? bound : undefined;
}
