import type { CameraModel } from '../../../src/calibration/camera-model.js';
import { type RenderedScene, SceneRenderer } from '../../rendering/scene.js';
import type { Assets } from '../assets.js';
import { plainConditions } from '../conditions.js';
import { makeWorld } from '../make-world.js';
import { Random } from '../random.js';
import { quietRoad } from '../settings.js';
import { makeSignPost } from '../sign-post.js';

const sizeM = 0.75;
const awayM = 14;
const framePx = 96;
const plateHeightM = 2.1;

/**
 * One sign of a class seen from the front, about `signPx` high in a picture of 96x96: slightly worn and tilted on its
 * post, in front of the roadside that the seed draws. The same arguments give the same bytes.
 */
export function renderSignView(
  assets: Assets,
  classId: number,
  signPx: number,
  seed: number,
): RenderedScene {
  const random = new Random(seed, 90);
  const conditions = plainConditions(random);
  const world = makeWorld(assets, seed, {
    lengthM: 260,
    density: { ...quietRoad, signs: 0, lights: 0, vehicles: 0 },
    lightsOn: false,
    greenTint: conditions.seasonGreen,
    minRadiusM: 400,
    straightShare: 1,
    egoFromM: 20,
    egoSpeedMps: 0,
    maxWear: 0,
  });
  const sM = 60;
  const dM = -world.make.halfWidthM - 1;
  const place = { sM, dM, yawRad: Math.PI };
  const post = makeSignPost(
    assets,
    world.road,
    random,
    place,
    [classId],
    0.35,
    sizeM,
    plateHeightM,
  );
  world.statics.unshift(...post);
  const focalPx = (signPx * awayM) / sizeM;
  const model: CameraModel = {
    kind: 'plumb_bob',
    widthPx: framePx,
    heightPx: framePx,
    fxPx: focalPx,
    fyPx: focalPx,
    cxPx: framePx / 2,
    cyPx: framePx / 2,
    distortion: [0, 0, 0, 0, 0],
  };
  const heightM = plateHeightM + sizeM / 2;
  const mount = { forwardM: 0, leftM: 0, heightM, pitchRad: 0, rollRad: 0, yawRad: 0 };
  const renderer = new SceneRenderer({ model, mount }, 2);
  const ego = { sM: sM - awayM, dM, yawRad: 0, speedMps: 0, laneDM: dM };
  return renderer.render(world, conditions, ego, 0, seed);
}
