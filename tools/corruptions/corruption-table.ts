import { PerceptionError } from '../../src/frame/perception-error.js';
import { didYouMean } from '../../src/text/nearest-word.js';
import type { RgbImage } from '../datasets/sample.js';
import { createRandom, type Random } from '../train/random.js';
import { type Corruption, type Strength, strengths } from './corruption.js';
import { rollingShutter, tilt, wrongCalibration } from './geometry.js';
import { jpeg } from './jpeg.js';
import { blur, dirt, misfocus, rain } from './lens.js';
import { deadPixels, droppedColour, exposure, fog, glare, night, noise } from './light.js';

/** Every corruption by name. `moves`: the picture's content shifts while its labels stay in place. */
export const corruptionTable = {
  noise: { apply: noise, moves: false },
  blur: { apply: blur, moves: false },
  rain: { apply: rain, moves: false },
  fog: { apply: fog, moves: false },
  night: { apply: night, moves: false },
  glare: { apply: glare, moves: false },
  jpeg: { apply: jpeg, moves: false },
  exposure: { apply: exposure, moves: false },
  'dead-pixels': { apply: deadPixels, moves: false },
  'rolling-shutter': { apply: rollingShutter, moves: true },
  dirt: { apply: dirt, moves: false },
  misfocus: { apply: misfocus, moves: false },
  tilt: { apply: tilt, moves: true },
  'wrong-calibration': { apply: wrongCalibration, moves: true },
  'dropped-colour': { apply: droppedColour, moves: false },
} as const satisfies Record<string, { apply: Corruption; moves: boolean }>;

export type CorruptionName = keyof typeof corruptionTable;
export const corruptionNames = Object.keys(corruptionTable) as CorruptionName[];

/** Corruptions that leave everything where its labels say. */
export const stillCorruptions = corruptionNames.filter((name) => !corruptionTable[name].moves);

/** A corrupted copy of a picture; the same for the same seed. */
export function corrupt(
  picture: RgbImage,
  name: CorruptionName,
  strength: Strength,
  seed: number,
): RgbImage {
  return corruptionTable[name].apply(picture, strength, createRandom(seed));
}

/** A copy corrupted by one of `names`, chosen at random, with a random strength up to `most`. */
export function corruptByChance(
  picture: RgbImage,
  names: readonly CorruptionName[],
  most: number,
  random: Random,
): RgbImage {
  const name = names[random.below(names.length)]!;
  const strength = strengths[random.below(Math.min(most, strengths.length))]!;
  return corruptionTable[name].apply(picture, strength, random);
}

/** Checks names from outside. Throws ERR_USAGE and lists the valid names. */
export function requireCorruptions(names: readonly string[]): CorruptionName[] {
  const stranger = names.find((name) => !Object.hasOwn(corruptionTable, name));
  if (stranger !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected corruptions of ${corruptionNames.join(', ')}, found ${stranger}${didYouMean(stranger, corruptionNames)}`,
    );
  return names as CorruptionName[];
}
