import type { LabelledTask } from '../../src/bundle/manifest.js';
import { egoSpeedMps } from '../driving/vehicle/ego-car.js';
import { drawStray } from '../driving/vehicle/stray.js';
import {
  otherRigCamera,
  randomCamera,
  rectifiedRigCamera,
  type SimulatedCamera,
} from '../rendering/camera.js';
import { type EgoState, laneCentreM } from '../rendering/ego-camera.js';
import { type RenderedScene, SceneRenderer } from '../rendering/scene.js';
import type { Assets } from '../world/assets.js';
import { type Conditions, randomConditions } from '../world/conditions.js';
import { dataSetDomain } from '../world/domain.js';
import { withEffects } from '../world/draw-effects.js';
import { makeWorld } from '../world/make-world.js';
import { Random } from '../world/random.js';
import { evenMix, ordinaryMix, type StretchKind, type WorldDensity } from '../world/settings.js';
import type { World } from '../world/world.js';

/** Recipe of one picture: a world, the light, a camera and the car's place. */
export interface SceneRecipe {
  world: World;
  conditions: Conditions;
  camera: SimulatedCamera;
  ego: EgoState;
  supersampling: number;
}

const crowded: WorldDensity = {
  vehicles: 4.5,
  parked: 7,
  people: 9,
  cyclists: 3.5,
  signs: 9,
  lights: 2.2,
};
const allSigns = Array.from({ length: 43 }, (_, id) => id);
const kindWeights: Record<LabelledTask, Partial<Record<StretchKind, number>>> = {
  detection: { town: 4, suburb: 3, rural: 3, motorway: 1 },
  // CamVid shows streets of a town.
  segmentation: { town: 6, suburb: 4, rural: 1.5, motorway: 0.5 },
  signs: { town: 3, suburb: 2, rural: 4, motorway: 2 },
  steering: { town: 1, suburb: 2, rural: 4, motorway: 1 },
};

/**
 * The scene of a seed for a task, independent of all other seeds. `singleLaneShare`, 0..1: share of single-lane roads
 * for steering.
 */
export function recipeFor(
  assets: Assets,
  task: LabelledTask,
  seed: number,
  widthPx: number,
  heightPx: number,
  singleLaneShare = dataSetDomain.singleLane.chance,
): SceneRecipe {
  const random = new Random(seed, 50);
  const conditions = withEffects(randomConditions(random), new Random(seed, 52), dataSetDomain);
  const supersampling = task === 'signs' ? 1.4 : 2;
  const weights = kindWeights[task];
  const kinds = Object.keys(weights) as StretchKind[];
  const drawnKind = kinds[random.weighted(Object.values(weights))]!;
  const single = new Random(seed, 53);
  const isSingleLane = task === 'steering' && single.chance(singleLaneShare);
  const kind = isSingleLane ? single.pick(['rural', 'rural', 'suburb'] as const) : drawnKind;
  const share = random.range(0.25, 1.15);
  const density = Object.fromEntries(
    Object.entries(crowded).map(([name, value]) => [name, value * share * random.range(0.5, 1.4)]),
  ) as unknown as WorldDensity;
  if (task === 'signs') {
    density.signs = 24;
    density.vehicles *= 0.4;
  }
  // There is no room for oncoming traffic.
  if (isSingleLane) Object.assign(density, { vehicles: 0.01, parked: 0.3, cyclists: 0.1 });
  const egoFromM = random.range(15, 120);
  const world = makeWorld(assets, seed, {
    lengthM: egoFromM + 240,
    density,
    vehicleMix: task === 'detection' ? evenMix : ordinaryMix,
    kind,
    lightsOn: conditions.lightsOn,
    greenTint: conditions.seasonGreen,
    ...(isSingleLane && { singleLane: dataSetDomain.singleLane }),
    minRadiusM: task === 'steering' ? 45 : 70,
    straightShare: 0.35,
    egoFromM,
    egoSpeedMps: 0,
    // A few classes per scene in turn, so that a set fills all of them equally.
    signClassIds: task === 'signs' ? rotation(seed) : allSigns,
    maxWear: 1,
    domain: dataSetDomain,
  });
  const lanes = world.make.lanesPerDirection;
  const isOffCentre = random.chance(0.3);
  const laneDM = laneCentreM(world, random.integer(0, lanes - 1));
  if (task === 'steering') {
    const { offsetM, ...askew } = drawStray(random);
    // On a wider road the offset scales with the width, so that it looks as large.
    const wide = isSingleLane ? world.make.laneWidthM / 3.3 : 1;
    const dM = laneDM + offsetM * wide;
    const ego = { sM: egoFromM, dM, ...askew, speedMps: egoSpeedMps, laneDM };
    const camera = isSingleLane
      ? otherRigCamera(single, dataSetDomain.singleLane.focalNorm, widthPx, heightPx)
      : rectifiedRigCamera(widthPx, heightPx);
    return { world, conditions, camera, ego, supersampling };
  }
  const ego: EgoState = {
    sM: egoFromM,
    dM: laneDM + random.normal() * (isOffCentre ? 0.5 : 0.15),
    yawRad: random.normal() * (isOffCentre ? 0.09 : 0.02),
    speedMps: random.range(8, 18),
    laneDM,
  };
  const camera = randomCamera(random, widthPx, heightPx);
  return { world, conditions, camera, ego, supersampling };
}

/** Eight of the 43 classes; consecutive scenes cycle through all of them. */
function rotation(seed: number): number[] {
  return Array.from({ length: 8 }, (_, i) => (seed * 8 + i) % allSigns.length);
}

/** Renders a recipe on its own. */
export function renderRecipe(recipe: SceneRecipe, seed: number): RenderedScene {
  const renderer = new SceneRenderer(recipe.camera, recipe.supersampling);
  return renderer.render(recipe.world, recipe.conditions, recipe.ego, 0, seed);
}

/** Makes a labelled picture from a seed. */
export function renderScene(
  assets: Assets,
  task: LabelledTask,
  seed: number,
  widthPx: number,
  heightPx: number,
): RenderedScene {
  return renderRecipe(recipeFor(assets, task, seed, widthPx, heightPx), seed);
}
