import { describe, expect, test } from 'vitest';
import type { CameraMount } from '../../../src/calibration/ground.js';
import { driftPictures } from '../../../src/capture/picture-health/drift-watch.js';
import { pictureHealthSchema } from '../../../src/capture/picture-health/picture-health-schema.js';
import { PictureWatch } from '../../../src/capture/picture-health/picture-watch.js';
import { packedRgbLayout } from '../../../src/frame/frame.js';
import { roadCamera, roadMount, straightRoad } from '../../support/straight-road.js';

const mount = roadMount;
const degree = Math.PI / 180;
const layout = packedRgbLayout(roadCamera.widthPx, roadCamera.heightPx);

const watchOf = (changes: object = {}) => {
  const config = pictureHealthSchema.parse(changes);
  const watch = new PictureWatch(layout, undefined, config);
  watch.expect(roadCamera, mount);
  return watch;
};
let nextS = 0;
/** So many looks, half a second apart. */
function drive(watch: PictureWatch, turned: CameraMount, pictures = driftPictures) {
  let codes: readonly string[] = [];
  const views = [straightRoad(turned, 1), straightRoad(turned, 2)];
  for (let i = 0; i < pictures; i++) {
    nextS += 0.5;
    codes = watch.take(views[i % 2]!, BigInt(nextS * 1e9));
  }
  return codes.filter((code) => code === 'calibration_drifted');
}

describe('calibration_drifted', () => {
  test('is never said of a camera that looks where its mount says, also in another lane', () => {
    const watch = watchOf();
    expect(drive(watch, mount)).toEqual([]);
    expect(drive(watch, { ...mount, pitchRad: mount.pitchRad + 0.3 * degree })).toEqual([]);
  });

  test.each([1.5, -1.5])(
    'is said of one turned by %d°, and no longer once it is put right',
    (turn) => {
      const watch = watchOf();
      const turned = { ...mount, pitchRad: mount.pitchRad + turn * degree };
      expect(drive(watch, turned, driftPictures - 1)).toEqual([]);
      expect(drive(watch, turned, 1)).toEqual(['calibration_drifted']);
      expect(drive(watch, mount, driftPictures + 5)).toEqual([]);
    },
  );

  test('takes its threshold from the pipeline file', () => {
    const turned = { ...mount, pitchRad: mount.pitchRad + 1.5 * degree };
    expect(drive(watchOf({ driftedDeg: 2 }), turned)).toEqual([]);
    expect(drive(watchOf({ driftedDeg: 90 }), turned)).toEqual([]);
  });

  test('is not said of lanes that meet nowhere for long: a winding or hilly road', () => {
    const watch = watchOf();
    const slopes = [-0.5, 1, 2, 3, 4.5];
    const views = slopes.map((slope, seed) =>
      straightRoad({ ...mount, pitchRad: mount.pitchRad + slope * degree }, seed),
    );
    for (let i = 0; i < 2 * driftPictures; i++)
      expect(watch.take(views[i % slopes.length]!, BigInt(i) * 1_000_000_000n)).toEqual([]);
  });
});
