import type { Rgb } from '../models/mesh.js';
import { Random } from '../random.js';
import type { Texture } from '../raster/texture.js';
import { type Actor, makeCyclist, makePerson, makeVehicle, type Track } from './actors.js';
import type { Assets } from './assets.js';
import type { Prop } from './prop.js';
import { Road, randomCurvatures } from './road.js';
import {
  type BarrierKind,
  makeBarrier,
  makeBollard,
  makeBuilding,
  makeLampPost,
  makeSignPost,
  makeTrafficLight,
  makeTree,
} from './roadside.js';
import {
  type RoadMake,
  randomRoadMake,
  type Stretch,
  type StretchKind,
  type WorldDensity,
} from './settings.js';

/** The ground's pictures and colours. */
export interface GroundLook {
  asphalt: Texture;
  meadow: Texture;
  verge: Texture;
  paving: Texture;
  paint: Rgb;
  paintOpacity: number;
  trackTone: number;
  asphaltTint: Rgb;
}

/** A road with all that stands and moves beside and on it; the same seed gives the same world. */
export interface World {
  road: Road;
  make: RoadMake;
  stretches: Stretch[];
  statics: Prop[];
  actors: Actor[];
  ground: GroundLook;
  /** Colour of the season, a factor a channel. */
  greenTint: Rgb;
}

export interface WorldOptions {
  lengthM: number;
  density: WorldDensity;
  /** One kind for the whole road, or undefined for a mix. */
  kind?: StretchKind | undefined;
  lightsOn: boolean;
  greenTint: Rgb;
  minRadiusM: number;
  straightShare: number;
  /** Ordinary road users keep out of this stretch of the ego lane, so that no scene begins inside a lorry. */
  egoFromM: number;
  /** Vehicles ahead in the ego lane drive at least this fast, m/s. */
  egoSpeedMps: number;
  /** Draws every sign class equally often instead of those that suit the place. */
  signClassIds?: readonly number[];
  /** How used up signs and paint are, 0..1. */
  maxWear: number;
}

/** Width of the pavement and of the parking strip, metres. */
export const pavementWidthM = 3;
export const parkingWidthM = 2.2;
/** Height of the kerb, metres. */
export const kerbM = 0.12;

/** Builds the world of a seed. */
export function makeWorld(assets: Assets, seed: number, options: WorldOptions): World {
  const random = new Random(seed, 1);
  const { library } = assets;
  const kind =
    options.kind ??
    random.pick(['rural', 'town', 'suburb', 'rural', 'town', 'suburb', 'motorway'] as const);
  const make = randomRoadMake(random, kind);
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
    ),
    hills,
  );
  const tone = random.range(0.78, 1.14);
  const world: World = {
    road,
    make,
    stretches: makeStretches(random, options.lengthM, kind, options.kind === undefined),
    statics: [],
    actors: [],
    ground: {
      asphalt: random.pick(library.asphalts),
      meadow: random.pick(library.meadows),
      verge: random.pick([library.gravel, library.meadows[0]!, library.meadows[2]!]),
      paving: random.pick(library.pavings),
      paint: random.chance(0.88) ? [236, 236, 230] : [228, 190, 70],
      paintOpacity: random.range(0.72, 1.05),
      trackTone: random.range(-16, 14),
      asphaltTint: [tone * random.range(0.97, 1.04), tone, tone * random.range(0.96, 1.05)],
    },
    greenTint: options.greenTint,
  };
  for (const stretch of world.stretches) {
    lineStretch(assets, new Random(seed, 100 + Math.round(stretch.fromM)), world, stretch, options);
  }
  placeSigns(assets, new Random(seed, 3), world, options);
  placeLights(assets, new Random(seed, 4), world, options);
  placeTraffic(assets, new Random(seed, 5), world, options);
  return world;
}

/** The stretch a place along the road belongs to. */
export function stretchAt(world: World, sM: number): Stretch {
  return world.stretches.find((stretch) => sM < stretch.toM) ?? world.stretches.at(-1)!;
}

/** Offset from the centre line to where the asphalt ends, metres. */
export function asphaltEdgeM(world: World, stretch: Stretch): number {
  const hasParking = stretch.kind === 'town';
  return (
    world.make.halfWidthM + (hasParking ? parkingWidthM : stretch.kind === 'motorway' ? 2.2 : 0)
  );
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

/** Houses, trees, posts and barriers on both sides of a stretch. */
function lineStretch(
  assets: Assets,
  random: Random,
  world: World,
  stretch: Stretch,
  options: WorldOptions,
): void {
  const { road, statics } = world;
  const edge = asphaltEdgeM(world, stretch);
  const isBuilt = stretch.kind === 'town' || stretch.kind === 'suburb';
  const bareShare = random.chance(0.25) ? 0.85 : 0.06;
  for (const side of [1, -1] as const) {
    const inwards = side > 0 ? -Math.PI / 2 : Math.PI / 2;
    const behindPavement = edge + (isBuilt ? pavementWidthM : 1.5);
    if (isBuilt) {
      const setback = stretch.kind === 'town' ? random.range(0, 1.2) : random.range(4, 9);
      for (let s = stretch.fromM; s < stretch.toM; ) {
        const widthM = random.range(8, stretch.kind === 'town' ? 20 : 14);
        if (random.chance(stretch.kind === 'town' ? 0.88 : 0.62)) {
          const place = {
            sM: s + widthM / 2,
            dM: side * (behindPavement + setback + random.range(0, 1)),
            yawRad: inwards,
          };
          statics.push(
            makeBuilding(
              assets,
              road,
              random,
              place,
              widthM - 0.4,
              stretch.kind === 'town' ? 5 : 2,
              stretch.kind === 'town' ? 0.5 : 0.05,
            ),
          );
        } else {
          statics.push(
            makeTree(
              assets,
              road,
              random,
              { sM: s + widthM / 2, dM: side * (behindPavement + setback + 4), yawRad: 0 },
              options.greenTint,
              bareShare,
            ),
          );
        }
        s += widthM + (stretch.kind === 'town' ? random.range(0, 1) : random.range(2, 9));
      }
      if (stretch.kind === 'suburb' || random.chance(0.3)) {
        const kind = random.pick(['hedge', 'wall', 'railing', 'wood', 'chain-link'] as const);
        placeBarriers(assets, random, world, stretch, side * (behindPavement + 0.3), kind, 0.75);
      }
      if (stretch.kind === 'town' && random.chance(0.25)) {
        placeBarriers(assets, random, world, stretch, side * (edge + 0.35), 'railing', 0.4);
      }
      const lampSpacing = random.range(22, 38);
      for (
        let s = stretch.fromM + random.range(0, lampSpacing);
        s < stretch.toM;
        s += lampSpacing
      ) {
        statics.push(
          makeLampPost(road, random, { sM: s, dM: side * (edge + 0.5), yawRad: inwards }),
        );
      }
      const treeSpacing = random.pick([9, 14, 22, 60]);
      for (
        let s = stretch.fromM + random.range(0, treeSpacing);
        s < stretch.toM;
        s += treeSpacing * random.range(0.8, 1.3)
      ) {
        const dM = stretch.kind === 'town' ? edge + 0.9 : behindPavement + random.range(1, 4);
        statics.push(
          makeTree(
            assets,
            road,
            random,
            { sM: s, dM: side * dM, yawRad: 0 },
            options.greenTint,
            bareShare,
            stretch.kind === 'town' ? 0 : 0.2,
          ),
        );
      }
      if (random.chance(0.35)) {
        for (let s = stretch.fromM; s < stretch.toM; s += 3.2)
          statics.push(makeBollard(road, { sM: s, dM: side * (edge + 0.3), yawRad: 0 }));
      }
      continue;
    }
    const treeSpacing = random.pick([5, 8, 14, 40]);
    const rowM = random.range(4, 9);
    for (let s = stretch.fromM; s < stretch.toM; s += treeSpacing * random.range(0.5, 1.5)) {
      const away = random.chance(0.55) ? rowM + random.range(0, 1.5) : rowM + random.range(4, 40);
      statics.push(
        makeTree(
          assets,
          road,
          random,
          { sM: s, dM: side * (edge + away), yawRad: 0 },
          options.greenTint,
          bareShare,
        ),
      );
    }
    if (stretch.kind === 'motorway' || random.chance(0.35)) {
      placeBarriers(assets, random, world, stretch, side * (edge + 0.7), 'guard-rail', 0.96);
    } else {
      for (let s = stretch.fromM; s < stretch.toM; s += 25)
        statics.push(makeBollard(road, { sM: s, dM: side * (edge + 0.8), yawRad: 0 }));
    }
    if (random.chance(0.3)) {
      placeBarriers(
        assets,
        random,
        world,
        stretch,
        side * (edge + rowM + 5),
        random.pick(['hedge', 'wood', 'chain-link', 'wall'] as const),
        0.8,
      );
    }
    if (random.chance(0.5)) {
      const sM = random.range(stretch.fromM, stretch.toM);
      statics.push(
        makeBuilding(
          assets,
          road,
          random,
          {
            sM,
            dM: side * (edge + rowM + random.range(12, 30)),
            yawRad: inwards + random.range(-0.4, 0.4),
          },
          random.range(10, 22),
          2,
          0,
        ),
      );
    }
  }
}

function placeBarriers(
  assets: Assets,
  random: Random,
  world: World,
  stretch: Stretch,
  dM: number,
  kind: BarrierKind,
  share: number,
): void {
  const fieldM = kind === 'guard-rail' ? 4 : 2.5;
  const heightM = kind === 'railing' ? 1.05 : random.range(0.8, 1.9);
  const tone = random.range(0.8, 1.1);
  let isOpen = false;
  for (let s = stretch.fromM; s + fieldM < stretch.toM; s += fieldM) {
    if (random.chance(0.12)) isOpen = !random.chance(share);
    if (isOpen) continue;
    world.statics.push(
      makeBarrier(
        assets,
        world.road,
        random,
        { sM: s, dM, yawRad: 0 },
        fieldM,
        kind,
        heightM,
        tone,
      ),
    );
  }
}

const ordinarySigns = {
  town: [1, 2, 12, 13, 14, 17, 22, 25, 26, 27, 28, 29, 33, 34, 35, 36, 37, 38, 39, 40, 15, 11],
  suburb: [1, 2, 12, 13, 14, 11, 18, 22, 25, 27, 28, 29, 38, 40, 17, 16, 35],
  rural: [3, 4, 5, 7, 6, 9, 10, 11, 12, 16, 18, 19, 20, 21, 22, 23, 24, 25, 30, 31, 32, 41, 42, 13],
  motorway: [5, 7, 8, 9, 10, 6, 18, 23, 24, 25, 30, 32, 41, 42],
} satisfies Record<StretchKind, number[]>;

function placeSigns(assets: Assets, random: Random, world: World, options: WorldOptions): void {
  const spacing = 100 / Math.max(0.01, options.density.signs);
  for (const side of [-1, 1] as const) {
    for (
      let s = random.range(2, spacing);
      s < options.lengthM;
      s += spacing * random.range(0.5, 1.5)
    ) {
      const stretch = stretchAt(world, s);
      const choice = options.signClassIds ?? ordinarySigns[stretch.kind];
      const classIds = random.chance(0.2)
        ? [random.pick(choice), random.pick(choice)]
        : [random.pick(choice)];
      const facesEgo = side < 0 || random.chance(0.35);
      const dM = side * (asphaltEdgeM(world, stretch) + random.range(0.5, 1.5));
      const sizeM = stretch.kind === 'motorway' ? random.range(0.8, 1.1) : random.range(0.6, 0.95);
      statics(
        world,
        makeSignPost(
          assets,
          world.road,
          random,
          { sM: s, dM, yawRad: facesEgo ? Math.PI : 0 },
          classIds,
          random.next() * options.maxWear,
          sizeM,
          random.range(1.7, 2.3),
        ),
      );
    }
  }
}

function placeLights(assets: Assets, random: Random, world: World, options: WorldOptions): void {
  const spacing = 100 / Math.max(0.01, options.density.lights);
  for (
    let s = random.range(0.3, 1) * spacing;
    s < options.lengthM;
    s += spacing * random.range(0.6, 1.4)
  ) {
    const stretch = stretchAt(world, s);
    if (stretch.kind === 'motorway') continue;
    const edge = asphaltEdgeM(world, stretch);
    const hasArm = random.chance(0.3);
    for (const side of [-1, 1] as const) {
      if (side > 0 && random.chance(0.4)) continue;
      const yawRad = Math.PI + random.normal() * 0.08;
      const arm = hasArm && side < 0 ? edge + 0.6 - world.make.laneWidthM * 0.4 : 0;
      statics(
        world,
        makeTrafficLight(
          assets,
          world.road,
          random,
          { sM: s + random.range(0, 1), dM: side * (edge + 0.6), yawRad },
          arm,
        ),
      );
      // The other direction's light stands on the same corner and shows its back.
      if (random.chance(0.6)) {
        statics(
          world,
          makeTrafficLight(
            assets,
            world.road,
            random,
            { sM: s + 9, dM: side * (edge + 0.6), yawRad: random.range(-0.4, 0.4) },
            0,
          ),
        );
      }
    }
  }
}

function statics(world: World, props: readonly Prop[]): void {
  world.statics.push(...props);
}

const vehicleMix = { car: 0.7, truck: 0.12, bus: 0.09, motorcycle: 0.09 } as const;
const vehicleKinds = Object.keys(vehicleMix) as (keyof typeof vehicleMix)[];

/** Traffic in every lane, parked cars, people and cyclists. */
function placeTraffic(assets: Assets, random: Random, world: World, options: WorldOptions): void {
  const { road, make, actors } = world;
  const { density } = options;
  const kind = (): keyof typeof vehicleMix =>
    vehicleKinds[random.weighted(Object.values(vehicleMix))]!;
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
        s += Math.max(11, spacing * random.range(0.35, 1.8))
      ) {
        const track: Track = {
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
        const track: Track = {
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
        const track: Track = {
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
      const isCrossing = random.chance(0.1);
      const dM = isCrossing
        ? random.range(-edge, edge)
        : side * (edge + random.range(0.5, pavementWidthM - 0.4));
      const yawRad = isCrossing
        ? random.pick([-1.57, 1.57])
        : isWalking
          ? random.normal() * 0.1
          : random.range(-3.14, 3.14);
      const track: Track = {
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
      if (stretch.kind === 'motorway') continue;
      const onPavement = stretch.kind !== 'rural' && random.chance(0.25);
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
