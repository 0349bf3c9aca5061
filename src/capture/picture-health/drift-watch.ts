import { type CameraModel, scaleCamera } from '../../calibration/camera-model.js';
import type { GreyPicture } from '../../calibration/grey-picture.js';
import { type CameraMount, groundFromCameraRotation } from '../../calibration/ground.js';
import { LaneLineFinder } from '../../calibration/lane-lines.js';
import { vanishingPointOf } from '../../calibration/vanishing-point.js';
import type { FrameLayout } from '../../frame/frame.js';
import { medianInPlace } from '../../frame/median.js';

/** Shortest time between two searches for lanes, seconds: neighbouring pictures give the same answer. */
const lookStepS = 0.5;
/** Number of the last pictures with meeting lanes that are judged together. */
export const driftPictures = 30;
/** Wider pictures are reduced by an integer factor. */
const widestPx = 480;
/** If the meeting points of lanes spread more, the road bends or there are no lanes; standard deviations, radians. */
const mostSpreadRad = { up: (1.3 * Math.PI) / 180, across: (3 * Math.PI) / 180 };
/** From the median distance to a standard deviation (Rousseeuw and Croux, 1993). */
const deviationOfMedian = 1.4826;

/**
 * Checks by where straight lanes meet whether the camera still looks as far down as its mount says: their vanishing point
 * is on the horizon. Only its height is judged, as a bend moves it sideways. Makes its buffers once.
 */
export class DriftWatch {
  readonly #layout: FrameLayout;
  readonly #factor: number;
  readonly #grey: GreyPicture;
  readonly #finder: LaneLineFinder;
  readonly #expectedUpRad: number;
  readonly #upRad = new Float64Array(driftPictures);
  readonly #acrossRad = new Float64Array(driftPictures);
  readonly #sorted = new Float64Array(driftPictures);
  #count = 0;
  #lastNs: bigint | undefined;
  #driftRad: number | undefined;

  /** `camera` is of the layout's size. */
  constructor(layout: FrameLayout, camera: CameraModel, mount: CameraMount) {
    this.#layout = layout;
    this.#factor = Math.ceil(layout.widthPx / widestPx);
    const widthPx = Math.floor(layout.widthPx / this.#factor);
    const heightPx = Math.floor(layout.heightPx / this.#factor);
    this.#grey = { widthPx, heightPx, data: new Float32Array(widthPx * heightPx) };
    this.#finder = new LaneLineFinder(scaleCamera(camera, widthPx, heightPx));
    // Straight ahead, as the camera sees it: the ground frame's first axis.
    const r = groundFromCameraRotation(mount);
    this.#expectedUpRad = -Math.atan(r[1] / r[2]);
  }

  /**
   * Returns how much further up (positive: the horizon has sunk in the picture) or down the camera looks than calibrated,
   * radians, judged by recent pictures; undefined while too few lanes were seen or they do not agree. `timeNs` must
   * ascend.
   */
  take(pixels: Uint8Array, timeNs: bigint): number | undefined {
    if (this.#lastNs !== undefined && Number(timeNs - this.#lastNs) < lookStepS * 1e9)
      return this.#driftRad;
    this.#lastNs = timeNs;
    this.#reduce(pixels);
    const point = vanishingPointOf(this.#finder.find(this.#grey));
    if (point === undefined) return this.#driftRad;
    const at = this.#count++ % driftPictures;
    this.#upRad[at] = -Math.atan(point.y);
    this.#acrossRad[at] = Math.atan(point.x);
    if (this.#count >= driftPictures) this.#driftRad = this.#judge();
    return this.#driftRad;
  }

  #judge(): number | undefined {
    const up = this.#spread(this.#upRad);
    const across = this.#spread(this.#acrossRad);
    if (up.deviation > mostSpreadRad.up || across.deviation > mostSpreadRad.across)
      return undefined;
    return this.#expectedUpRad - up.median;
  }

  #spread(values: Float64Array): { median: number; deviation: number } {
    const sorted = this.#sorted;
    sorted.set(values);
    const median = medianInPlace(sorted);
    for (let i = 0; i < sorted.length; i++) sorted[i] = Math.abs(values[i]! - median);
    return { median, deviation: deviationOfMedian * medianInPlace(sorted) };
  }

  /** Reduces luma (for rgb8 green, which carries most of it) to the means of square blocks. */
  #reduce(pixels: Uint8Array): void {
    const { format, strideBytes } = this.#layout;
    const { widthPx, heightPx, data } = this.#grey;
    const [pixelBytes, offset] = format === 'rgb8' ? [3, 1] : [1, 0];
    const factor = this.#factor;
    for (let y = 0, to = 0; y < heightPx; y++)
      for (let x = 0; x < widthPx; x++, to++) {
        let sum = 0;
        for (let row = 0; row < factor; row++) {
          const from = (y * factor + row) * strideBytes + offset;
          for (let column = 0; column < factor; column++)
            sum += pixels[from + (x * factor + column) * pixelBytes]!;
        }
        data[to] = sum / (factor * factor);
      }
  }
}
