import { PerceptionError } from '../frame/perception-error.js';

/** Lens models by ROS's names; `pinhole` is the ideal camera without distortion. */
export const cameraKinds = ['pinhole', 'plumb_bob', 'rational_polynomial', 'equidistant'] as const;
export type CameraKind = (typeof cameraKinds)[number];

/** Number of distortion coefficients of each model, in OpenCV's order. */
export const distortionCounts: Readonly<Record<CameraKind, number>> = {
  pinhole: 0,
  plumb_bob: 5, // k1 k2 p1 p2 k3
  rational_polynomial: 8, // k1 k2 p1 p2 k3 k4 k5 k6
  equidistant: 4, // k1 k2 k3 k4 on the angle
};

/**
 * A calibrated camera. Intrinsics are OpenCV's: the centre of the top-left pixel is (0, 0), so that a point
 * measured from the picture's top-left corner is half a pixel more in x and y.
 */
export interface CameraModel {
  readonly kind: CameraKind;
  /** Size of the picture that was calibrated, pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Focal lengths and principal point, pixels. */
  readonly fxPx: number;
  readonly fyPx: number;
  readonly cxPx: number;
  readonly cyPx: number;
  /** Distortion coefficients; `distortionCounts` gives their number. */
  readonly distortion: readonly number[];
}

/** The ideal camera with the same intrinsics and size, which preprocessing rectifies into. */
export function undistortedPinhole(model: CameraModel): CameraModel {
  return { ...model, kind: 'pinhole', distortion: [] };
}

/**
 * The same camera delivering another size of the same aspect ratio (binned or resized, not cropped).
 * Throws ERR_CALIBRATION when the aspect ratios differ by more than half a pixel in height.
 */
export function scaleCamera(model: CameraModel, widthPx: number, heightPx: number): CameraModel {
  const scale = widthPx / model.widthPx;
  if (!(widthPx > 0 && heightPx > 0 && Math.abs(model.heightPx * scale - heightPx) <= 0.5)) {
    throw new PerceptionError(
      'ERR_CALIBRATION',
      `expected a frame of the calibration's aspect ratio ${model.widthPx}x${model.heightPx}, found ${widthPx}x${heightPx}`,
    );
  }
  const scaleY = heightPx / model.heightPx;
  return {
    ...model,
    widthPx,
    heightPx,
    fxPx: model.fxPx * scale,
    fyPx: model.fyPx * scaleY,
    // Edges scale, not pixel centres; hence the half pixels.
    cxPx: (model.cxPx + 0.5) * scale - 0.5,
    cyPx: (model.cyPx + 0.5) * scaleY - 0.5,
  };
}
