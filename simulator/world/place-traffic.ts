import { type ActorPath, makeCyclist, makePerson, makeVehicle } from './actors.js';
import type { Assets } from './assets.js';
import type { Random } from './random.js';
import { ordinaryMix, type VehicleMix } from './settings.js';
import {
  asphaltEdgeM,
  kerbM,
  parkingWidthM,
  pavementWidthM,
  stretchAt,
  type World,
  type WorldOptions,
} from './world.js';

/** Traffic in every lane, parked cars, people and cyclists. */
export function placeTraffic(
  assets: Assets,
  random: Random,
  world: World,
  options: WorldOptions,
): void {
  const { road, make, actors } = world;
  const { density, vehicleMix = ordinaryMix } = options;
  const kinds = Object.keys(vehicleMix) as (keyof VehicleMix)[];
  const shares = kinds.map((kind) => vehicleMix[kind]);
  const kind = (): keyof VehicleMix => kinds[random.weighted(shares)]!;
  for (const direction of [1, -1] as const) {
    for (let lane = 0; lane < make.lanesPerDirection; lane++) {
      const dM = -direction * make.laneWidthM * (lane + 0.5);
      const spacing = 100 / Math.max(0.01, density.vehicles);
      const speedMps =
        (options.egoSpeedMps + random.range(-0.5, 2)) *
        (direction > 0 ? 1 : random.range(0.8, 1.1));
      let s =
        direction > 0
          ? options.egoFromM + random.range(13, 13 + spacing)
          : random.range(0, spacing);
      for (
        ;
        s < options.lengthM + (direction < 0 ? 400 : 0);
        s += Math.max(14, spacing * random.range(0.35, 1.8))
      ) {
        const track: ActorPath = {
          startM: s,
          dM: dM + random.normal() * 0.15,
          speedMps,
          direction,
          yawRad: random.normal() * 0.012,
          upM: 0,
        };
        actors.push(makeVehicle(assets, road, random, kind(), track, options.lightsOn));
      }
    }
  }
  placeParked(assets, random, world, options);
  placePeople(assets, random, world, options);
}

function placeParked(assets: Assets, random: Random, world: World, options: WorldOptions): void {
  const spacing = 100 / Math.max(0.01, options.density.parked);
  for (const side of [1, -1] as const) {
    for (
      let s = random.range(0, spacing);
      s < options.lengthM;
      s += Math.max(5.8, spacing * random.range(0.3, 1.7))
    ) {
      const stretch = stretchAt(world, s);
      const edge = asphaltEdgeM(world, stretch);
      const direction = random.chance(0.8) ? (side < 0 ? 1 : -1) : side < 0 ? -1 : 1;
      const still = { startM: s, speedMps: 0, direction: direction as 1 | -1 };
      const kind = random.chance(0.84)
        ? 'car'
        : random.pick(['truck', 'motorcycle', 'bus'] as const);
      if (stretch.kind === 'town') {
        const track: ActorPath = {
          ...still,
          dM: side * (edge - parkingWidthM / 2 - 0.05),
          yawRad: random.normal() * 0.03,
          upM: 0,
        };
        world.actors.push(
          makeVehicle(assets, world.road, random, kind === 'bus' ? 'car' : kind, track, false),
        );
      } else if (stretch.kind !== 'motorway' && random.chance(0.5)) {
        // In a yard or a field's entry, at any angle.
        const track: ActorPath = {
          ...still,
          dM: side * (edge + random.range(4.5, 7.5)),
          yawRad: random.range(-1.57, 1.57),
          upM: 0,
        };
        world.actors.push(
          makeVehicle(assets, world.road, random, kind === 'bus' ? 'truck' : kind, track, false),
        );
      }
    }
  }
}

function placePeople(assets: Assets, random: Random, world: World, options: WorldOptions): void {
  const { road, actors, make } = world;
  const spacing = 100 / Math.max(0.01, options.density.people);
  for (const side of [1, -1] as const) {
    for (
      let s = random.range(0, spacing);
      s < options.lengthM;
      s += spacing * random.range(0.2, 1.8)
    ) {
      const stretch = stretchAt(world, s);
      if (stretch.kind === 'motorway') continue;
      const edge = asphaltEdgeM(world, stretch);
      const isWalking = random.chance(0.75);
      const isCrossing = options.isLaneClear !== true && random.chance(0.1);
      const dM = isCrossing
        ? random.range(-edge, edge)
        : side * (edge + random.range(0.5, pavementWidthM - 0.4));
      const yawRad = isCrossing
        ? random.pick([-1.57, 1.57])
        : isWalking
          ? random.normal() * 0.1
          : random.range(-3.14, 3.14);
      const track: ActorPath = {
        startM: s,
        dM,
        speedMps: isWalking && !isCrossing ? random.range(0.9, 1.7) : 0,
        direction: random.chance(0.5) ? 1 : -1,
        yawRad,
        upM: isCrossing || stretch.kind === 'rural' ? 0 : kerbM,
      };
      if (isCrossing && Math.abs(s - options.egoFromM) < 7) continue;
      actors.push(makePerson(assets, road, random, track));
      if (random.chance(0.25))
        actors.push(
          makePerson(assets, road, random, {
            ...track,
            startM: s + random.range(0.5, 0.8),
            dM: dM + random.range(-0.5, 0.5),
          }),
        );
    }
    const cyclistSpacing = 100 / Math.max(0.01, options.density.cyclists);
    const direction = side < 0 ? 1 : -1;
    for (
      let s = options.egoFromM + random.range(6, 6 + cyclistSpacing);
      s < options.lengthM;
      s += cyclistSpacing * random.range(0.3, 1.7)
    ) {
      const stretch = stretchAt(world, s);
      const isClear = options.isLaneClear === true && direction > 0;
      if (stretch.kind === 'motorway' || (isClear && stretch.kind === 'rural')) continue;
      const onPavement = (stretch.kind !== 'rural' && random.chance(0.25)) || isClear;
      const dM = onPavement
        ? side * (asphaltEdgeM(world, stretch) + 1)
        : side * (make.halfWidthM - random.range(0.4, 0.9));
      actors.push(
        makeCyclist(assets, road, random, {
          startM: s,
          dM,
          speedMps: random.range(3.5, 6.5),
          direction,
          yawRad: random.normal() * 0.05,
          upM: onPavement ? kerbM : 0,
        }),
      );
    }
  }
}
