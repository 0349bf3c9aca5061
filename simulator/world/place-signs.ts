import type { Assets } from './assets.js';
import type { Random } from './random.js';
import type { StretchKind } from './settings.js';
import { makeSignPost } from './sign-post.js';
import { makeTrafficLight } from './traffic-light.js';
import { asphaltEdgeM, type PaintMark, stretchAt, type World, type WorldOptions } from './world.js';

/** Sign classes that occur along each kind of road. */
const ordinarySigns = {
  town: [1, 2, 12, 13, 14, 17, 22, 25, 26, 27, 28, 29, 33, 34, 35, 36, 37, 38, 39, 40, 15, 11],
  suburb: [1, 2, 12, 13, 14, 11, 18, 22, 25, 27, 28, 29, 38, 40, 17, 16, 35],
  rural: [3, 4, 5, 7, 6, 9, 10, 11, 12, 16, 18, 19, 20, 21, 22, 23, 24, 25, 30, 31, 32, 41, 42, 13],
  motorway: [5, 7, 8, 9, 10, 6, 18, 23, 24, 25, 30, 32, 41, 42],
} satisfies Record<StretchKind, number[]>;

/** Signs on both sides, most of them facing the ego car. */
export function placeSigns(
  assets: Assets,
  random: Random,
  world: World,
  options: WorldOptions,
): void {
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
      world.statics.push(
        ...makeSignPost(
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

/** Traffic lights as at crossings: for both directions, on posts and on arms. */
export function placeLights(
  assets: Assets,
  random: Random,
  world: World,
  options: WorldOptions,
): void {
  const spacing = 100 / Math.max(0.01, options.density.lights);
  for (
    let s = random.range(0.3, 1) * spacing;
    s < options.lengthM;
    s += spacing * random.range(0.6, 1.4)
  ) {
    const stretch = stretchAt(world, s);
    if (stretch.kind === 'motorway') continue;
    const edge = asphaltEdgeM(world, stretch);
    world.marks.push(...crossingMarks(world, s, random.chance(0.6)));
    const hasArm = random.chance(0.3);
    for (const side of [-1, 1] as const) {
      if (side > 0 && random.chance(0.4)) continue;
      const yawRad = Math.PI + random.normal() * 0.08;
      const arm = hasArm && side < 0 ? edge + 0.6 - world.make.laneWidthM * 0.4 : 0;
      world.statics.push(
        ...makeTrafficLight(
          assets,
          world.road,
          random,
          { sM: s + random.range(0, 1), dM: side * (edge + 0.6), yawRad },
          arm,
          options.isLaneClear === true,
        ),
      );
      // The other direction's light is on the same corner and shows its back.
      if (random.chance(0.6)) {
        world.statics.push(
          ...makeTrafficLight(
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

/** A stop line for the ego direction and, behind it, a zebra crossing or the two lines of a signalled one. */
function crossingMarks(world: World, sM: number, isZebra: boolean): PaintMark[] {
  const { halfWidthM } = world.make;
  const marks: PaintMark[] = [
    { fromSM: sM - 1.9, toSM: sM - 1.4, fromDM: -halfWidthM + 0.1, toDM: -0.1 },
  ];
  if (isZebra) {
    for (let d = -halfWidthM + 0.2; d + 0.5 < halfWidthM; d += 1) {
      marks.push({ fromSM: sM, toSM: sM + 3.4, fromDM: d, toDM: d + 0.5 });
    }
    return marks;
  }
  for (const line of [sM, sM + 3.2]) {
    marks.push({ fromSM: line, toSM: line + 0.13, fromDM: -halfWidthM, toDM: halfWidthM });
  }
  return marks;
}
