import { describe, expect, it } from 'vitest';
import { rigCamera } from '../../../../simulator/rendering/camera.js';
import { laneCentreM } from '../../../../simulator/rendering/ego-camera.js';
import { SceneRenderer } from '../../../../simulator/rendering/scene.js';
import { loadAssets } from '../../../../simulator/world/assets.js';
import { plainConditions } from '../../../../simulator/world/conditions.js';
import { makeWorld } from '../../../../simulator/world/make-world.js';
import { Random } from '../../../../simulator/world/random.js';
import { quietRoad } from '../../../../simulator/world/settings.js';
import { greyFromRgb } from '../../../../src/calibration/grey-picture.js';
import { LaneLineFinder } from '../../../../src/calibration/lane-lines.js';
import { vanishingPointOf } from '../../../../src/calibration/vanishing-point.js';
import { mountFromLanes } from '../../../../tools/calibrate/ground/mount-from-lanes.js';

/** Where lanes meet in pictures of a straight rendered road, one each 12 m. */
async function lanesOf(seed: number, count: number) {
  const assets = await loadAssets();
  const random = new Random(seed, 80);
  const conditions = { ...plainConditions(random), blur: 0.4, noise: 0 };
  const world = makeWorld(assets, seed, {
    lengthM: 900,
    density: quietRoad,
    lightsOn: conditions.lightsOn,
    greenTint: conditions.seasonGreen,
    minRadiusM: 3000,
    straightShare: 1,
    egoFromM: 31,
    egoSpeedMps: 14,
    isLaneClear: true,
    maxWear: 0.3,
  });
  const camera = rigCamera(640, 360);
  const renderer = new SceneRenderer(camera, 1);
  const finder = new LaneLineFinder(camera.model);
  const laneDM = laneCentreM(world);
  const points = Array.from({ length: count }, (_, i) => {
    const ego = { sM: 30 + 12 * i, dM: laneDM, yawRad: 0, speedMps: 14, laneDM };
    const { image } = renderer.render(world, conditions, ego, i, seed);
    return vanishingPointOf(finder.find(greyFromRgb(image)));
  });
  return { points: points.flatMap((point) => point ?? []), camera, world };
}

describe('a mount from straight lanes', () => {
  it('has the pitch and yaw of the rendered camera within a quarter of a degree', async () => {
    const { points, camera } = await lanesOf(5, 9);
    const found = mountFromLanes(points, { heightM: 1.35, rollRad: 0 });
    const text = JSON.stringify(found);
    expect(Math.abs(found.mount.pitchRad - camera.mount.pitchRad), text).toBeLessThan(0.0044);
    expect(Math.abs(found.mount.yawRad), text).toBeLessThan(0.0044);
    expect(found.usedCount).toBeGreaterThanOrEqual(5);
  });

  it('is refused where too few pictures have lanes that meet, or nothing gives the scale', () => {
    const none = () => mountFromLanes([], { heightM: 1.35, rollRad: 0 });
    expect(none).toThrow('expected straight lanes that meet in 5 pictures or more, found 0');
    const points = Array.from({ length: 6 }, () => ({ x: 0, y: 0, lines: [] }));
    expect(() => mountFromLanes(points, { rollRad: 0 })).toThrow(
      'expected a height or a lane width',
    );
  });
});
