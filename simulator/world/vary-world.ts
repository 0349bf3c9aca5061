import type { Assets } from './assets.js';
import type { Domain } from './domain.js';
import { Random } from './random.js';
import { addRoadworks } from './roadworks.js';
import { addSideRoad } from './side-road.js';
import { asphaltEdgeM, stretchAt, type World, type WorldOptions } from './world.js';

/**
 * Adds a domain's variations to a finished world ahead of the camera: a side road, roadworks, another pavement,
 * mended asphalt. Draws from separate streams, so that a world without them does not change.
 */
export function varyWorld(
  assets: Assets,
  seed: number,
  world: World,
  domain: Domain,
  options: WorldOptions,
): void {
  const random = new Random(seed, 6);
  const { egoFromM } = options;
  if (random.chance(domain.pavement.chance)) {
    world.ground.paving = random.pick(assets.library.cityPavings);
  }
  if (random.chance(domain.patches.chance)) addPatches(random, world, domain, egoFromM);
  const isMotorway = world.stretches.some(({ kind }) => kind === 'motorway');
  const sideRoads = random.fork();
  if (!isMotorway && sideRoads.chance(domain.sideRoads.chance)) {
    const sides = sideRoads.pick([[-1], [1], [1, -1]] as const);
    const sM = egoFromM + sideRoads.range(...domain.sideRoads.aheadM);
    const widthM = sideRoads.range(...domain.sideRoads.widthM);
    addSideRoad(assets, sideRoads, world, { sM, widthM, sides }, options);
  }
  const works = random.fork();
  if (works.chance(domain.roadworks.chance)) {
    const fromM = egoFromM + works.range(...domain.roadworks.aheadM);
    addRoadworks(assets, works, world, fromM, works.range(...domain.roadworks.lengthM), options);
  }
}

/** Mended places: darker or lighter rectangles, trench lines along the road, manholes. */
function addPatches(random: Random, world: World, domain: Domain, egoFromM: number): void {
  const [least, most] = domain.patches.count;
  for (let count = random.integer(least, most); count > 0; count--) {
    const edgeM = asphaltEdgeM(world, stretchAt(world, egoFromM)) - 0.4;
    const isTrench = random.chance(0.3);
    const fromSM = egoFromM + random.range(-5, 60);
    const fromDM = random.range(-edgeM, edgeM - 1);
    const tone = random.pick([34, 46, 60, 118]) + random.range(-8, 8);
    const isManhole = random.chance(0.3);
    world.marks.push({
      fromSM,
      toSM: fromSM + (isManhole ? 0.65 : isTrench ? random.range(12, 50) : random.range(0.8, 5)),
      fromDM,
      toDM: Math.min(edgeM, fromDM + (isManhole ? 0.65 : isTrench ? 0.5 : random.range(0.8, 3))),
      colour: isManhole ? [44, 43, 42] : [tone, tone, tone * 0.98],
      opacity: isManhole ? 0.8 : 0.55,
    });
  }
}
