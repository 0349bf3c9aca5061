import { describe, expect, it } from 'vitest';
import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { OpencvWasm } from '../../../tools/calibrate/engine/opencv-wasm.js';
import type { LensKind } from '../../../tools/calibrate/solve/projection.js';
import { undistortPicture } from '../../../tools/calibrate/undistort-picture.js';
import { cameraModels } from '../../support/camera-models.js';

/** A picture full of edges and slopes. */
function pattern(widthPx: number, heightPx: number) {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let i = 0; i < widthPx * heightPx; i++) {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    data[3 * i] = ((x >> 4) + (y >> 4)) % 2 === 0 ? 230 : 20;
    data[3 * i + 1] = Math.round(127 + 120 * Math.sin(x / 9) * Math.cos(y / 7));
    data[3 * i + 2] = (x * 255) / widthPx;
  }
  return { widthPx, heightPx, data };
}

describe('undistortion', () => {
  it.each(['plumbBob', 'rational', 'fisheye'] as const)(
    'of a %s camera is OpenCV’s within one grey level on 99.9 % of the pixels',
    async (name) => {
      const scale = 0.5;
      const full = cameraModels[name];
      const model = {
        ...full,
        widthPx: 640,
        heightPx: 360,
        fxPx: full.fxPx * scale,
        fyPx: full.fyPx * scale,
        cxPx: full.cxPx * scale,
        cyPx: full.cyPx * scale,
      } as CameraModel & { kind: LensKind };
      const picture = pattern(640, 360);
      const opencv = await OpencvWasm.load();
      const theirs = opencv.undistort(picture.data, model);
      const ours = undistortPicture(picture, model).data;
      let far = 0;
      for (const [i, value] of ours.entries()) if (Math.abs(value - theirs[i]!) > 1) far++;
      expect(far / ours.length).toBeLessThan(0.001);
    },
  );
});
