import type { CameraModel } from '../../src/calibration/camera-model.js';
import { type CameraMount, groundFromPixel } from '../../src/calibration/ground.js';

export const roadCamera: CameraModel = {
  kind: 'plumb_bob',
  widthPx: 320,
  heightPx: 180,
  fxPx: 300,
  fyPx: 300,
  cxPx: 159.5,
  cyPx: 89.5,
  distortion: [-0.1, 0.02, 0, 0, 0],
};
export const roadMount: CameraMount = { heightM: 1.4, pitchRad: 0.03, yawRad: 0.01 };

/** A straight, flat road with its markings as the camera sees it: packed rgb8; another seed is other noise. */
export function straightRoad(mount: CameraMount, seed: number): Uint8Array {
  const { widthPx, heightPx } = roadCamera;
  const pixels = new Uint8Array(widthPx * heightPx * 3);
  for (let v = 0, at = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++, at += 3) {
      const point = groundFromPixel(roadCamera, mount, u, v);
      const isMarking =
        point !== undefined && [-5.2, -1.75, 1.75].some((left) => Math.abs(point[1] - left) < 0.08);
      const noise = ((u * 7919 + v * 104729 + seed * 31) % 13) - 6;
      pixels.fill((point === undefined ? 180 : isMarking ? 200 : 80) + noise, at, at + 3);
    }
  return pixels;
}
