import type { CameraModel } from '../../src/calibration/camera-model.js';
import { distort, radiusLimit } from '../../src/calibration/lens.js';

/** Sub-pixel steps of OpenCV's remap. */
const steps = 32;

/**
 * The picture that the ideal camera with the same intrinsics would have taken: packed rgb8 in, packed rgb8 of the same size
 * out, bilinear, black where the camera saw nothing (OpenCV's undistort). For reports; the pipeline has its own kernels.
 */
export function undistortPicture(
  picture: { widthPx: number; heightPx: number; data: Uint8Array },
  model: CameraModel,
): { widthPx: number; heightPx: number; data: Uint8Array } {
  const { widthPx, heightPx, data } = picture;
  const out = new Uint8Array(data.length);
  const limit = radiusLimit(model);
  // A pixel outside the picture is black, and the border blends into it as in OpenCV.
  const at = (x: number, y: number, channel: number) =>
    x < 0 || y < 0 || x >= widthPx || y >= heightPx ? 0 : data[(y * widthPx + x) * 3 + channel]!;
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const x = (u - model.cxPx) / model.fxPx;
      const y = (v - model.cyPx) / model.fyPx;
      if (Math.hypot(x, y) > limit) continue;
      const seen = distort(model, x, y);
      const su = Math.round(seen[0] * steps) / steps;
      const sv = Math.round(seen[1] * steps) / steps;
      const x0 = Math.floor(su);
      const y0 = Math.floor(sv);
      if (!(x0 >= -1 && y0 >= -1 && x0 < widthPx && y0 < heightPx)) continue;
      const fx = su - x0;
      const fy = sv - y0;
      for (let c = 0; c < 3; c++) {
        const top = at(x0, y0, c) * (1 - fx) + at(x0 + 1, y0, c) * fx;
        const bottom = at(x0, y0 + 1, c) * (1 - fx) + at(x0 + 1, y0 + 1, c) * fx;
        out[(v * widthPx + u) * 3 + c] = Math.round(top * (1 - fy) + bottom * fy);
      }
    }
  return { widthPx, heightPx, data: out };
}
