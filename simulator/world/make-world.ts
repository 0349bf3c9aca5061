import type { Assets } from './assets.js';
import { lineStretch } from './line-stretch.js';
import { placeLights, placeSigns } from './place-signs.js';
import { placeTraffic } from './place-traffic.js';
import { Random } from './random.js';
import { Road, randomCurvatures } from './road.js';
import { randomRoadMake, type Stretch, type StretchKind } from './settings.js';
import { addWalls, singleLaneGround, singleLaneMake } from './single-lane.js';
import { varyWorld } from './vary-world.js';
import type { GroundLook, World, WorldOptions } from './world.js';

/** Builds the world of a seed. */
export function makeWorld(assets: Assets, seed: number, options: WorldOptions): World {
  const random = new Random(seed, 1);
  const kind =
    options.kind ??
    random.pick(['rural', 'town', 'suburb', 'rural', 'town', 'suburb', 'motorway'] as const);
  const ordinaryMake = randomRoadMake(random, kind);
  const { singleLane } = options;
  const own = new Random(seed, 7);
  const make = singleLane ? singleLaneMake(own, singleLane.widthM) : ordinaryMake;
  const hills = [
    {
      amplitudeM: random.range(0, 1.6),
      lengthM: random.range(160, 300),
      phaseRad: random.range(0, 6.28),
    },
    {
      amplitudeM: random.range(0, 0.5),
      lengthM: random.range(70, 120),
      phaseRad: random.range(0, 6.28),
    },
  ];
  const radius = kind === 'motorway' ? 400 : options.minRadiusM;
  const road = new Road(
    randomCurvatures(
      new Random(seed, 2),
      options.lengthM,
      radius,
      kind === 'town' ? 0.65 : options.straightShare,
      options.maxHeadingRad,
    ),
    options.isFlat ? [] : hills,
  );
  const tone = random.range(0.78, 1.14);
  const stretches = makeStretches(random, options.lengthM, kind, options.kind === undefined);
  const world: World = {
    road,
    make,
    stretches,
    statics: [],
    actors: [],
    marks: [],
    sideRoads: [],
    ground: singleLane ? singleLaneGround(assets, own) : ordinaryGround(assets, random, tone),
    greenTint: options.greenTint,
  };
  for (const stretch of world.stretches) {
    lineStretch(assets, new Random(seed, 100 + Math.round(stretch.fromM)), world, stretch, options);
  }
  placeSigns(assets, new Random(seed, 3), world, options);
  placeLights(assets, new Random(seed, 4), world, options);
  placeTraffic(assets, new Random(seed, 5), world, options);
  if (singleLane) addWalls(assets, seed, world, singleLane);
  if (options.domain !== undefined) varyWorld(assets, seed, world, options.domain, options);
  return world;
}

/** `tone`: brightness of the asphalt. */
function ordinaryGround({ library }: Assets, random: Random, tone: number): GroundLook {
  return {
    asphalt: random.pick(library.asphalts),
    meadow: random.pick(library.meadows),
    verge: random.pick([library.gravel, library.meadows[0]!, library.meadows[2]!]),
    paving: random.pick(library.pavings),
    paint: random.chance(0.88) ? [236, 236, 230] : [228, 190, 70],
    paintOpacity: random.range(0.72, 1.05),
    trackTone: random.range(-16, 14),
    asphaltTint: [tone * random.range(0.97, 1.04), tone, tone * random.range(0.96, 1.05)],
  };
}

function makeStretches(
  random: Random,
  lengthM: number,
  kind: StretchKind,
  isMixed: boolean,
): Stretch[] {
  const stretches: Stretch[] = [];
  let fromM = 0;
  let current = kind;
  while (fromM < lengthM) {
    const toM = fromM + random.range(90, 220);
    stretches.push({ fromM, toM, kind: current });
    if (isMixed && kind !== 'motorway') current = random.pick(['rural', 'suburb', 'town'] as const);
    fromM = toM;
  }
  return stretches;
}
