import type { Assets } from './assets.js';
import type { Domain, Range } from './domain.js';
import { Random } from './random.js';
import { makeBarrier } from './roadside.js';
import type { RoadMake } from './settings.js';
import type { GroundLook, World } from './world.js';

/** One lane between edge lines, such as a track or a narrow road through fields. */
export function singleLaneMake(random: Random, [least, most]: Range): RoadMake {
  const laneWidthM = random.range(least, most);
  return {
    laneWidthM,
    lanesPerDirection: 1,
    halfWidthM: laneWidthM / 2 + random.range(0.15, 0.9),
    dashLengthM: 3,
    dashPeriodM: 6,
    centreLine: 'none',
  };
}

/** Asphalt, cobbles or slabs between grass, sand or gravel; paint of any colour, or next to none. */
export function singleLaneGround(assets: Assets, random: Random): GroundLook {
  const { library } = assets;
  const stones = [...library.pavings, ...library.cityPavings];
  const tone = random.range(0.6, 1.2);
  const warm = random.range(0.9, 1.12);
  return {
    asphalt: random.chance(0.6) ? random.pick(library.asphalts) : random.pick(stones),
    meadow: random.pick([...library.meadows, library.gravel]),
    verge: random.pick([library.gravel, ...library.meadows, ...library.pavings]),
    paving: random.pick(stones),
    paint: random.pick([
      [236, 236, 230],
      [228, 190, 70],
      [206, 160, 40],
      [190, 60, 50],
    ]),
    paintOpacity: random.chance(0.2) ? 0.05 : random.range(0.5, 1.05),
    trackTone: random.range(-14, 14),
    asphaltTint: [tone * warm, tone, tone / warm],
  };
}

/** Walls on both sides as on a bridge, dark or light, in some of the worlds. */
export function addWalls(
  assets: Assets,
  seed: number,
  world: World,
  { wallChance }: Domain['singleLane'],
): void {
  const random = new Random(seed, 8);
  if (!random.chance(wallChance)) return;
  const fieldM = 4;
  const heightM = random.range(0.4, 1.6);
  const tone = random.range(0.05, 1.1);
  const dM = world.make.halfWidthM + random.range(0.1, 1);
  for (let sM = 0; sM + fieldM < world.road.lengthM; sM += fieldM) {
    for (const side of [1, -1]) {
      const place = { sM, dM: side * dM, yawRad: 0 };
      world.statics.push(
        makeBarrier(assets, world.road, random, place, fieldM, 'wall', heightM, tone),
      );
    }
  }
}
