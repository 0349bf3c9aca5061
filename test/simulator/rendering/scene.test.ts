import { beforeAll, expect, test } from 'vitest';
import { recipeFor, renderRecipe, renderScene } from '../../../simulator/datasets/scenes.js';
import { egoCar } from '../../../simulator/driving/vehicle/ego-car.js';
import { rigCamera } from '../../../simulator/rendering/camera.js';
import { cameraPose, type EgoState } from '../../../simulator/rendering/ego-camera.js';
import { axesOf } from '../../../simulator/rendering/raster/painter.js';
import { type RenderedScene, SceneRenderer } from '../../../simulator/rendering/scene.js';
import { makePerson } from '../../../simulator/world/actors.js';
import { type Assets, loadAssets } from '../../../simulator/world/assets.js';
import { plainConditions } from '../../../simulator/world/conditions.js';
import { segment } from '../../../simulator/world/prop.js';
import { Random } from '../../../simulator/world/random.js';
import { Road } from '../../../simulator/world/road.js';
import type { World } from '../../../simulator/world/world.js';
import { distort } from '../../../src/calibration/lens.js';
import type { DetectionClass } from '../../../src/perception/classes.js';

let assets: Assets;
beforeAll(async () => {
  assets = await loadAssets();
});

/** A road of one curvature with nothing on it. */
function emptyWorld(curvaturePerM: number): World {
  const { world } = recipeFor(assets, 'steering', 5, 320, 180);
  const road = new Road(new Float64Array(400).fill(curvaturePerM), []);
  return { ...world, road, statics: [], actors: [], marks: [], sideRoads: [] };
}

function egoIn(world: World, changes: Partial<EgoState> = {}): EgoState {
  const laneDM = -world.make.laneWidthM / 2;
  return { sM: 40, dM: laneDM, yawRad: 0, speedMps: 14, laneDM, ...changes };
}

function renderWorld(world: World, ego: EgoState): RenderedScene {
  const renderer = new SceneRenderer(rigCamera(320, 180), 1.5);
  return renderer.render(world, plainConditions(new Random(1)), ego, 0, 1);
}

test('the same seed gives the same bytes, another seed another picture', () => {
  const first = renderScene(assets, 'detection', 7001, 320, 180);
  const second = renderScene(assets, 'detection', 7001, 320, 180);
  expect(Buffer.compare(first.image.data, second.image.data)).toBe(0);
  expect(Buffer.compare(first.classMap, second.classMap)).toBe(0);
  expect(second.boxes).toEqual(first.boxes);
  const other = renderScene(assets, 'detection', 7002, 320, 180);
  expect(Buffer.compare(first.image.data, other.image.data)).not.toBe(0);
});

test('a renderer that has drawn other frames draws the next one as a fresh one does', () => {
  const { world, conditions, camera, ego, supersampling } = recipeFor(
    assets,
    'detection',
    7003,
    320,
    180,
  );
  const used = new SceneRenderer(camera, supersampling);
  used.render(world, conditions, { ...ego, sM: ego.sM + 3 }, 0.3, 7003);
  const again = used.render(world, conditions, ego, 0, 7003);
  const fresh = new SceneRenderer(camera, supersampling).render(world, conditions, ego, 0, 7003);
  expect(Buffer.compare(again.image.data, fresh.image.data)).toBe(0);
  expect(again.boxes).toEqual(fresh.boxes);
});

const segmentOf: Record<DetectionClass, number> = {
  car: segment.car,
  truck: segment.car,
  bus: segment.car,
  motorcycle: segment.bicyclist,
  pedestrian: segment.pedestrian,
  cyclist: segment.bicyclist,
  traffic_light: segment.signSymbol,
  traffic_sign: segment.signSymbol,
};

test('every box is tight around its object’s pixels, which have its class and its depth', () => {
  const seenClasses = new Set<string>();
  for (const seed of [7010, 7011, 7012]) {
    const { world, conditions, camera, ego, supersampling } = recipeFor(
      assets,
      'detection',
      seed,
      480,
      270,
    );
    const renderer = new SceneRenderer(camera, supersampling);
    const scene = renderer.render(world, conditions, ego, 0, seed);
    const depthM = renderer.readDepthM();
    const { widthPx, heightPx } = scene.image;
    const pixels = new Map<number, number[]>();
    for (const [at, id] of scene.objectMap.entries()) {
      const own = pixels.get(id);
      if (own === undefined) pixels.set(id, [at]);
      else own.push(at);
    }
    for (const box of scene.boxes) {
      seenClasses.add(box.className);
      const own = pixels.get(box.objectId)!;
      const columns = own.map((at) => at % widthPx);
      const rows = own.map((at) => Math.floor(at / widthPx));
      // An object of several parts (two lamps of one arm) has a box for each: none reaches beyond all its pixels.
      const [left, top, right, bottom] = box.boxXyxyPx;
      expect(left).toBeGreaterThanOrEqual(Math.min(...columns));
      expect(top).toBeGreaterThanOrEqual(Math.min(...rows));
      expect(right).toBeLessThanOrEqual(Math.max(...columns) + 1);
      expect(bottom).toBeLessThanOrEqual(Math.max(...rows) + 1);
      expect(own).toHaveLength(box.visiblePx);
      expect(right).toBeLessThanOrEqual(widthPx);
      expect(bottom).toBeLessThanOrEqual(heightPx);
      expect(box.occluded).toBeGreaterThanOrEqual(0);
      expect(box.occluded).toBeLessThan(1);
      expect(new Set(own.map((at) => scene.classMap[at]))).toEqual(
        new Set([segmentOf[box.className]]),
      );
      const depths = own.map((at) => depthM[at]!);
      expect(Math.max(...depths) - box.distanceM).toBeLessThan(8);
      expect(box.distanceM - Math.min(...depths)).toBeLessThan(8);
    }
  }
  expect(seenClasses.size).toBeGreaterThanOrEqual(6);
});

test('a person twice as far away is half as high', () => {
  const world = emptyWorld(0);
  const person = (startM: number) =>
    makePerson(assets, world.road, new Random(3), {
      startM,
      dM: -1,
      speedMps: 0,
      direction: 1,
      yawRad: 0,
      upM: 0,
    });
  const heightAt = (startM: number): number => {
    const [box] = renderWorld({ ...world, actors: [person(startM)] }, egoIn(world)).boxes;
    return box!.boxXyxyPx[3] - box!.boxXyxyPx[1];
  };
  expect(heightAt(51.7) / heightAt(61.7)).toBeCloseTo(2, 0);
});

test('a person stands where the calibrated camera sees the place', () => {
  const world = emptyWorld(0.004);
  const camera = rigCamera(960, 540);
  const ego = egoIn(world, { yawRad: 0.05 });
  const renderer = new SceneRenderer(camera, 2);
  const pose = cameraPose(world, camera, ego);
  const [forward, left, up] = axesOf(pose);
  for (const [sM, dM] of [
    [50, -3],
    [52, 2.5],
    [66, -1],
  ] as const) {
    const actor = makePerson(assets, world.road, new Random(8), {
      startM: sM,
      dM,
      speedMps: 0,
      direction: 1,
      yawRad: 0,
      upM: 0,
    });
    const scene = renderer.render(
      { ...world, actors: [actor] },
      plainConditions(new Random(1)),
      ego,
      0,
      1,
    );
    const [x, y, z] = world.road.toWorld(sM, dM);
    const along = (axis: readonly [number, number, number]): number =>
      (x - pose.x) * axis[0] + (y - pose.y) * axis[1] + (z - pose.z) * axis[2];
    const depthM = along(forward);
    // Pixel centres are whole numbers in the camera model; boxes count from the picture's corner.
    const [u, v] = distort(camera.model, -along(left) / depthM, -along(up) / depthM);
    const box = scene.boxes[0]!;
    const scale = camera.model.fxPx / depthM;
    expect(box.distanceM).toBeCloseTo(depthM, 3);
    expect(Math.abs((box.boxXyxyPx[0] + box.boxXyxyPx[2]) / 2 - (u + 0.5))).toBeLessThan(
      0.08 * scale + 1,
    );
    expect(Math.abs(box.boxXyxyPx[3] - (v + 0.5))).toBeLessThan(0.12 * scale + 1);
  }
});

test('steering follows the road by the bicycle model, positive to the left', () => {
  for (const radiusM of [60, 150, -60, -150]) {
    const world = emptyWorld(1 / radiusM);
    const { steeringRad } = renderWorld(world, egoIn(world));
    // The lane's own radius is the road's, less its offset to the side.
    const laneRadiusM = radiusM + world.make.laneWidthM / 2;
    expect(steeringRad).toBeCloseTo(Math.atan(egoCar.wheelbaseM / laneRadiusM), 3);
  }
  const straight = emptyWorld(0);
  expect(renderWorld(straight, egoIn(straight)).steeringRad).toBeCloseTo(0, 9);
});

test('off the lane’s centre, or turned away, the steering leads back', () => {
  const world = emptyWorld(0);
  const laneDM = -world.make.laneWidthM / 2;
  expect(renderWorld(world, egoIn(world, { dM: laneDM + 0.8 })).steeringRad).toBeLessThan(-0.01);
  expect(renderWorld(world, egoIn(world, { dM: laneDM - 0.8 })).steeringRad).toBeGreaterThan(0.01);
  expect(renderWorld(world, egoIn(world, { yawRad: 0.1 })).steeringRad).toBeLessThan(-0.01);
});

test('an empty road shows road below and sky above', () => {
  const world = emptyWorld(0);
  const { classMap, image } = renderWorld(world, egoIn(world));
  const { widthPx, heightPx } = image;
  expect(classMap[(heightPx - 2) * widthPx + widthPx / 2]).toBe(segment.road);
  expect(classMap[2 * widthPx + widthPx / 2]).toBe(segment.sky);
});

test('data set scenes of many seeds show every class of the detector and of segmentation', () => {
  const detected = new Set<string>();
  const segmented = new Set<number>();
  for (let seed = 7100; seed < 7118; seed++) {
    const recipe = recipeFor(assets, 'detection', seed, 320, 180);
    const scene = renderRecipe({ ...recipe, supersampling: 1 }, seed);
    for (const { className } of scene.boxes) detected.add(className);
    for (const id of scene.classMap) segmented.add(id);
  }
  expect([...detected].sort()).toEqual(Object.keys(segmentOf).sort());
  expect([...segmented].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
