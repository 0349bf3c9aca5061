import type { CameraModel } from '../../../src/calibration/camera-model.js';
import {
  type CameraMount,
  groundFromCameraRotation,
  pixelFromGround,
} from '../../../src/calibration/ground.js';
import { distort, radiusLimit } from '../../../src/calibration/lens.js';

interface RgbPicture {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

/** Extent of the view from above, metres ahead and to each side. */
const [farM, sideM] = [50, 12];
const gridM = 10;

/**
 * Draws two pictures side by side: the camera's with the horizon (red) and a 10 m grid on the road (blue), and the road
 * from above, 50 m ahead and 12 m to each side, straight ahead at the top. Packed rgb8.
 */
export function groundPicture(
  picture: RgbPicture,
  camera: CameraModel,
  mount: CameraMount,
): RgbPicture {
  const { widthPx, heightPx } = picture;
  const pxPerM = heightPx / farM;
  const aboveWidthPx = Math.round(2 * sideM * pxPerM);
  const out = {
    widthPx: widthPx + aboveWidthPx,
    heightPx,
    data: new Uint8Array((widthPx + aboveWidthPx) * heightPx * 3),
  };
  for (let y = 0; y < heightPx; y++)
    out.data.set(
      picture.data.subarray(y * widthPx * 3, (y + 1) * widthPx * 3),
      y * out.widthPx * 3,
    );
  const put = (x: number, y: number, colour: ArrayLike<number>) => {
    const at = (Math.round(y) * out.widthPx + Math.round(x)) * 3;
    if (x >= 0 && y >= 0 && Math.round(x) < out.widthPx && Math.round(y) < heightPx)
      out.data.set(colour, at);
  };
  const dot = (point: readonly [number, number] | undefined, colour: ArrayLike<number>) => {
    if (point === undefined || !(point[0] >= 0 && point[0] < widthPx - 1)) return;
    put(point[0], point[1], colour);
    put(point[0], point[1] + 1, colour);
  };
  const blue = [76, 201, 240];
  for (let ahead = gridM; ahead <= farM; ahead += gridM)
    for (let side = -sideM; side <= sideM; side += 0.02)
      dot(pixelFromGround(camera, mount, ahead, side), blue);
  for (let side = -gridM; side <= gridM; side += gridM / 2)
    for (let ahead = 3; ahead <= farM; ahead += 0.02)
      dot(pixelFromGround(camera, mount, ahead, side), blue);
  for (const point of horizonOf(camera, mount)) dot(point, [255, 70, 70]);
  for (let y = 0; y < heightPx; y++)
    for (let x = 0; x < aboveWidthPx; x++) {
      const ahead = (heightPx - 0.5 - y) / pxPerM;
      const seen = pixelFromGround(camera, mount, ahead, sideM - (x + 0.5) / pxPerM);
      const isLine = ahead % gridM < 1 / pxPerM;
      if (isLine) put(widthPx + x, y, blue);
      else if (seen !== undefined) put(widthPx + x, y, colourAt(picture, seen[0], seen[1]));
    }
  return out;
}

/** Pixels of the horizon: where horizontal directions ahead appear. */
function* horizonOf(camera: CameraModel, mount: CameraMount): Generator<[number, number]> {
  const r = groundFromCameraRotation(mount);
  for (let bearing = -1.3; bearing <= 1.3; bearing += 0.0005) {
    const [forward, left] = [Math.cos(bearing), Math.sin(bearing)];
    const z = r[2] * forward + r[5] * left;
    const x = (r[0] * forward + r[3] * left) / z;
    const y = (r[1] * forward + r[4] * left) / z;
    if (z > 0 && Math.hypot(x, y) <= radiusLimit(camera)) yield distort(camera, x, y);
  }
}

/** The nearest pixel; black outside. */
function colourAt({ widthPx, heightPx, data }: RgbPicture, u: number, v: number) {
  const [x, y] = [Math.round(u), Math.round(v)];
  if (!(x >= 0 && y >= 0 && x < widthPx && y < heightPx)) return [0, 0, 0];
  const at = (y * widthPx + x) * 3;
  return data.subarray(at, at + 3);
}
