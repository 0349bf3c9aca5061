import type { InputSpec } from '../../bundle/input-spec.js';
import type { CameraModel } from '../../calibration/camera-model.js';
import { groundFromCameraRotation } from '../../calibration/ground.js';
import type { MeasuredMount } from '../../calibration/mount.js';
import { contentNorm, placeInput } from '../../preprocess/input-geometry.js';
import type { MapContent } from '../segmentation/map-content.js';

/** Projects points of the ground frame into a class map of a rectified picture, pixels from the map's top-left corner. */
export class MapProjection {
  readonly widthPx: number;
  readonly heightPx: number;
  /** The part of the map that shows the frame, map pixels; around it is a letterbox's padding. */
  readonly content: MapContent;
  /** Focal length, map pixels: pixels across for a sideways shift as large as the depth. */
  readonly focalXPx: number;
  /** The point placed last: depth along the optical axis, metres, and its pixels. */
  depthM = 0;
  xPx = 0;
  yPx = 0;
  readonly #focalYPx: number;
  readonly #centreXPx: number;
  readonly #centreYPx: number;
  readonly #heightM: number;
  readonly #rotation: Float64Array;
  #alongX = 0;
  #alongY = 0;

  constructor(
    camera: CameraModel,
    mount: MeasuredMount,
    input: InputSpec,
    { widthPx, heightPx }: { widthPx: number; heightPx: number },
  ) {
    const at = placeInput(input, 0, 0, camera.widthPx, camera.heightPx);
    const scaleX = widthPx / input.widthPx / at.scaleX;
    const scaleY = heightPx / input.heightPx / at.scaleY;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    const { left, top, right, bottom } = contentNorm(input, camera);
    this.content = {
      left: left * widthPx,
      top: top * heightPx,
      right: right * widthPx,
      bottom: bottom * heightPx,
    };
    this.focalXPx = camera.fxPx * scaleX;
    this.#focalYPx = camera.fyPx * scaleY;
    // Intrinsics count from the centre of the first pixel.
    this.#centreXPx = (camera.cxPx + 0.5 - at.offsetXPx) * scaleX;
    this.#centreYPx = (camera.cyPx + 0.5 - at.offsetYPx) * scaleY;
    this.#heightM = mount.heightM;
    this.#rotation = Float64Array.from(groundFromCameraRotation(mount));
  }

  /** Places a point, metres; false if it is not more than 1 m ahead of the camera. */
  place(forwardM: number, leftM: number, upM: number): boolean {
    const r = this.#rotation;
    const fromEyeM = upM - this.#heightM;
    const x = r[0]! * forwardM + r[3]! * leftM + r[6]! * fromEyeM;
    const y = r[1]! * forwardM + r[4]! * leftM + r[7]! * fromEyeM;
    this.depthM = r[2]! * forwardM + r[5]! * leftM + r[8]! * fromEyeM;
    if (!(this.depthM > 1)) return false;
    this.#alongX = x / this.depthM;
    this.#alongY = y / this.depthM;
    this.xPx = this.focalXPx * this.#alongX + this.#centreXPx;
    this.yPx = this.#focalYPx * this.#alongY + this.#centreYPx;
    return true;
  }

  /** Pixels that the point placed last moves across per metre of a move in this direction. */
  across(forwardM: number, leftM: number, upM: number): number {
    const r = this.#rotation;
    const x = r[0]! * forwardM + r[3]! * leftM + r[6]! * upM;
    const depth = r[2]! * forwardM + r[5]! * leftM + r[8]! * upM;
    return (this.focalXPx * (x - this.#alongX * depth)) / this.depthM;
  }

  /** The same for pixels down. */
  down(forwardM: number, leftM: number, upM: number): number {
    const r = this.#rotation;
    const y = r[1]! * forwardM + r[4]! * leftM + r[7]! * upM;
    const depth = r[2]! * forwardM + r[5]! * leftM + r[8]! * upM;
    return (this.#focalYPx * (y - this.#alongY * depth)) / this.depthM;
  }
}
