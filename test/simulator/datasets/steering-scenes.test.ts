import { beforeAll, expect, test } from 'vitest';
import { recipeFor, renderRecipe } from '../../../simulator/datasets/scenes.js';
import { egoCar, egoSpeedMps } from '../../../simulator/driving/vehicle/ego-car.js';
import { lookAheadM, pursueLane } from '../../../simulator/driving/vehicle/pure-pursuit.js';
import { laneGeometry } from '../../../simulator/rendering/lane-truth.js';
import { type Assets, loadAssets } from '../../../simulator/world/assets.js';

let assets: Assets;
beforeAll(async () => {
  assets = await loadAssets();
});

test('steering scenes are taken where a driver is and where one must recover, all at one speed', () => {
  const recipes = Array.from({ length: 36 }, (_, i) =>
    recipeFor(assets, 'steering', 9000 + i, 160, 90),
  );
  const offsetsM = recipes.map(({ ego }) => ego.dM - ego.laneDM);
  expect(Math.max(...offsetsM)).toBeGreaterThan(0.5);
  expect(Math.min(...offsetsM)).toBeLessThan(-0.5);
  expect(offsetsM.filter((offsetM) => Math.abs(offsetM) < 0.25).length).toBeGreaterThan(10);
  const yawsRad = recipes.map(({ ego }) => ego.yawRad);
  expect(Math.max(...yawsRad)).toBeGreaterThan(0.06);
  expect(Math.min(...yawsRad)).toBeLessThan(-0.06);
  expect(new Set(recipes.map(({ ego }) => ego.speedMps))).toEqual(new Set([egoSpeedMps]));
  expect(new Set(recipes.map(({ camera }) => camera.model.kind))).toEqual(new Set(['pinhole']));
});

test('the label is the arc from where the car is to its lane’s centre ahead', () => {
  const { world, ego } = recipeFor(assets, 'steering', 9001, 160, 90);
  const aheadM = lookAheadM(ego.speedMps);
  const { curvaturePerM, steeringRad } = pursueLane(world.road, ego, ego.laneDM, aheadM);
  expect(Math.tan(steeringRad) / egoCar.wheelbaseM).toBeCloseTo(curvaturePerM, 12);
  // Driven in a thousand short steps, the arc ends on the lane's centre.
  let [x, y] = world.road.toWorld(ego.sM, ego.dM);
  let heading = world.road.at(ego.sM).headingRad + ego.yawRad;
  const [targetX, targetY] = world.road.toWorld(ego.sM + aheadM, ego.laneDM);
  let nearestM = Infinity;
  for (let step = 0; step < 1400; step++) {
    x += Math.cos(heading) * (aheadM / 1000);
    y += Math.sin(heading) * (aheadM / 1000);
    heading += curvaturePerM * (aheadM / 1000);
    nearestM = Math.min(nearestM, Math.hypot(targetX - x, targetY - y));
  }
  expect(nearestM).toBeLessThan(0.02);
});

test('left of the lane’s centre the label steers right, and the other way round', () => {
  const { world, ego } = recipeFor(assets, 'steering', 9002, 160, 90);
  const angleAt = (offsetM: number) =>
    pursueLane(world.road, { ...ego, dM: ego.laneDM + offsetM, yawRad: 0 }, ego.laneDM, 10.8)
      .steeringRad;
  expect(angleAt(0.5)).toBeLessThan(angleAt(0));
  expect(angleAt(-0.5)).toBeGreaterThan(angleAt(0));
});

test('some roads are one lane: driven in the middle, no line but at the edges, through cameras of many widths', () => {
  const recipes = Array.from({ length: 36 }, (_, i) =>
    recipeFor(assets, 'steering', 9000 + i, 160, 90),
  );
  const single = recipes.filter(({ world }) => world.make.centreLine === 'none');
  expect(single.length).toBeGreaterThan(8);
  expect(single.length).toBeLessThan(24);
  for (const { world, camera, ego } of single) {
    expect(ego.laneDM).toBe(0);
    const { lines, laneWidthM } = laneGeometry(world, camera, ego);
    expect(lines.map(({ offsetM }) => offsetM)).toEqual([laneWidthM / 2, -laneWidthM / 2]);
    expect(world.make.halfWidthM).toBeGreaterThan(laneWidthM / 2);
  }
  expect(new Set(single.map(({ camera }) => camera.model.fxPx)).size).toBe(single.length);
  // The car itself is the only one there: nothing covers the middle of the road just ahead of it.
  const road = renderRecipe(single[0]!, 1);
  expect(road.classMap[80 * 160 + 80]).toBe(3);
});
