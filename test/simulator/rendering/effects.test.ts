import { beforeAll, expect, test } from 'vitest';
import { recipeFor, type SceneRecipe } from '../../../simulator/datasets/scenes.js';
import { rigCamera } from '../../../simulator/rendering/camera.js';
import { type RenderedScene, SceneRenderer } from '../../../simulator/rendering/scene.js';
import { type Assets, loadAssets } from '../../../simulator/world/assets.js';
import { plainConditions, randomConditions } from '../../../simulator/world/conditions.js';
import { dataSetDomain } from '../../../simulator/world/domain.js';
import { withEffects } from '../../../simulator/world/draw-effects.js';
import type { Effects } from '../../../simulator/world/effects.js';
import { segment } from '../../../simulator/world/prop.js';
import { Random } from '../../../simulator/world/random.js';
import { addRoadworks } from '../../../simulator/world/roadworks.js';
import { addSideRoad } from '../../../simulator/world/side-road.js';
import type { World, WorldOptions } from '../../../simulator/world/world.js';

let assets: Assets;
let recipe: SceneRecipe;
beforeAll(async () => {
  assets = await loadAssets();
  recipe = recipeFor(assets, 'steering', 7200, 160, 90, 0);
});

function render(effects: Effects, changes: Partial<SceneRecipe> = {}): RenderedScene {
  const { world, ego } = { ...recipe, ...changes };
  const renderer = new SceneRenderer(rigCamera(160, 90), 1.5);
  const conditions = { ...plainConditions(new Random(2)), noise: 0, blur: 0, effects };
  return renderer.render(world, conditions, ego, 0, 7200);
}

const meanOf = ({ image }: RenderedScene): number =>
  image.data.reduce((sum, value) => sum + value, 0) / image.data.length;

const all: Effects = {
  night: { ambient: 0.1, beam: 1 },
  wetness: 0.8,
  rain: 0.7,
  drops: [{ xNorm: 0.5, yNorm: 0.5, radiusNorm: 0.03, opacity: 1 }],
  dirt: [{ xNorm: 0.2, yNorm: 0.4, radiusNorm: 0.1, opacity: 0.4 }],
  glare: 0.4,
  exposureS: 0.01,
  readoutS: 0.02,
};

test('with every effect at once the same seed still gives the same bytes', () => {
  const [first, second] = [render(all), render(all)];
  expect(Buffer.compare(first.image.data, second.image.data)).toBe(0);
  expect(Buffer.compare(first.classMap, second.classMap)).toBe(0);
  expect(second.boxes).toEqual(first.boxes);
});

test('each effect changes the picture, and only a rolling shutter what is where in it', () => {
  const plain = render({});
  for (const [name, value] of Object.entries(all)) {
    // Glare shows only where the sun is before the camera.
    if (name === 'glare') continue;
    const scene = render({ [name]: value });
    expect(Buffer.compare(scene.image.data, plain.image.data), name).not.toBe(0);
    const sameMap = Buffer.compare(scene.classMap, plain.classMap) === 0;
    expect(sameMap, name).toBe(name !== 'readoutS');
  }
});

test('a car that stands is not blurred by its camera', () => {
  const ego = { ...recipe.ego, speedMps: 0 };
  const world = { ...recipe.world, actors: [] };
  const sharp = render({}, { ego, world });
  const slow = render({ exposureS: 0.02, readoutS: 0.03 }, { ego, world });
  expect(Buffer.compare(slow.classMap, sharp.classMap)).toBe(0);
  expect(Math.abs(meanOf(slow) - meanOf(sharp))).toBeLessThan(0.1);
});

test('at night the road before the car is brighter than the sky', () => {
  const { image, classMap } = render({ night: { ambient: 0.1, beam: 1 } });
  const rowMean = (y: number): number => {
    const row = image.data.subarray(y * 480, (y + 1) * 480);
    return row.reduce((sum, value) => sum + value, 0) / row.length;
  };
  expect(classMap[80 * 160 + 80]).toBe(segment.road);
  expect(rowMean(80)).toBeGreaterThan(1.3 * rowMean(4));
});

test('effects are drawn within their declared ranges, and leave the streams of worlds alone', () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed, 50);
    const conditions = randomConditions(random);
    const next = random.next();
    const { effects = {} } = withEffects(conditions, new Random(seed, 52), dataSetDomain);
    const again = new Random(seed, 50);
    randomConditions(again);
    expect(again.next()).toBe(next);
    for (const name of Object.keys(effects)) seen.add(name);
    const [least, most] = dataSetDomain.shutter.exposureS;
    expect(effects.exposureS ?? least).toBeGreaterThanOrEqual(least);
    expect(effects.exposureS ?? least).toBeLessThanOrEqual(most);
    expect(effects.rain ?? 0.5).toBeLessThanOrEqual(dataSetDomain.rain.strength[1]);
  }
  expect([...seen].sort()).toEqual(Object.keys(all).sort());
});

const options: WorldOptions = {
  lengthM: 300,
  lightsOn: false,
  greenTint: [1, 1, 1],
  minRadiusM: 70,
  straightShare: 1,
  density: { vehicles: 0, parked: 0, people: 0, cyclists: 0, signs: 0, lights: 0 },
  egoFromM: 20,
  egoSpeedMps: 0,
  maxWear: 0.3,
};

test('a side road opens in what lines the road, and nothing stands in its mouth', () => {
  const { world: from, ego } = recipe;
  const world = { ...from, statics: [...from.statics], actors: [], marks: [], sideRoads: [] };
  const roadIn = (scene: RenderedScene): number =>
    scene.classMap.filter((id) => id === segment.road).length;
  const before = roadIn(render({}, { world }));
  const sM = ego.sM + 14;
  addSideRoad(assets, new Random(1), world, { sM, widthM: 7, sides: [-1, 1] }, options);
  expect(roadIn(render({}, { world }))).toBeGreaterThan(before);
  const { x, y } = world.road.at(sM);
  const inMouth = world.statics.filter(
    ({ pose }) => Math.abs(Math.hypot(pose.x - x, pose.y - y) - 14) < 4,
  );
  const { headingRad } = world.road.at(sM);
  for (const { pose } of inMouth) {
    const along = (pose.x - x) * Math.cos(headingRad) + (pose.y - y) * Math.sin(headingRad);
    expect(Math.abs(along)).toBeGreaterThan(3.5);
  }
});

test('roadworks have barriers, people at work and the signs that announce them', () => {
  const { world: from, ego } = recipe;
  const world: World = { ...from, statics: [], actors: [], marks: [], sideRoads: [] };
  addRoadworks(assets, new Random(4), world, ego.sM + 18, 30, options);
  const { boxes, classMap } = render({}, { world });
  expect(boxes.some(({ className }) => className === 'pedestrian')).toBe(true);
  expect(classMap.includes(segment.fence)).toBe(true);
  const signs = world.statics.flatMap(({ parts }) => parts.map(({ signClassId }) => signClassId));
  expect(signs).toContain(25);
});
