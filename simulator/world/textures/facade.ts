import { makeTexture, packRgba, type Texture } from '../../rendering/raster/texture.js';
import type { Random } from '../random.js';
import { fractalNoise, type NoiseField } from './noise.js';

const sizePx = 256;
/** Window bays and floors in one facade texture. */
export const facadeBays = 4;
export const facadeFloors = 4;

type Rgb = readonly [number, number, number];

/** Four bays of four floors: wall of plaster or brick, framed windows that reflect a sky or show a curtain. */
export function facadeTexture(random: Random, wall: Rgb, isBrick: boolean): Texture {
  const noise = fractalNoise(random, sizePx, 8, 5, 0.6);
  const texels = new Uint32Array(sizePx * sizePx);
  paintWall(texels, noise, wall, isBrick, random);
  const cell = sizePx / facadeBays;
  const windowWidth = cell * random.range(0.38, 0.7);
  const windowHeight = cell * random.range(0.5, 0.68);
  const frame: Rgb = random.chance(0.7) ? [226, 224, 218] : [74, 66, 58];
  const hasBars = random.chance(0.6);
  for (let floor = 0; floor < facadeFloors; floor++) {
    for (let bay = 0; bay < facadeBays; bay++) {
      const left = Math.round((bay + 0.5) * cell - windowWidth / 2);
      const top = Math.round((floor + 0.48) * cell - windowHeight / 2);
      paintWindow(texels, left, top, windowWidth, windowHeight, frame, hasBars, random);
    }
  }
  return makeTexture(texels, sizePx, sizePx);
}

/** Shop windows, doors and a fascia with an awning colour: one storey high, four bays wide. */
export function shopTexture(random: Random, wall: Rgb): Texture {
  const noise = fractalNoise(random, sizePx, 8, 4, 0.6);
  const texels = new Uint32Array(sizePx * sizePx);
  paintWall(texels, noise, wall, false, random);
  const cell = sizePx / facadeBays;
  for (let bay = 0; bay < facadeBays; bay++) {
    const fascia: Rgb = [random.range(30, 220), random.range(20, 160), random.range(20, 190)];
    fillRect(texels, bay * cell, sizePx * 0.06, cell, sizePx * 0.14, fascia);
    for (let letter = 0; letter < 6; letter++) {
      const x = bay * cell + 10 + letter * 7;
      fillRect(texels, x, sizePx * 0.1, random.range(2, 5), sizePx * 0.06, [238, 234, 226]);
    }
    const isDoor = random.chance(0.3);
    const glassWidth = isDoor ? cell * 0.4 : cell * 0.84;
    paintWindow(
      texels,
      Math.round(bay * cell + (cell - glassWidth) / 2),
      Math.round(sizePx * 0.24),
      glassWidth,
      sizePx * (isDoor ? 0.74 : 0.58),
      [60, 58, 56],
      false,
      random,
    );
  }
  return makeTexture(texels, sizePx, sizePx);
}

/** Rows of tiles for pitched roofs. */
export function roofTexture(random: Random, colour: Rgb): Texture {
  const noise = fractalNoise(random, sizePx, 16, 4, 0.7);
  const texels = new Uint32Array(sizePx * sizePx);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const edge = y % 16 < 3 ? 0.7 : 1;
      const tone = edge * (0.72 + noise.values[y * sizePx + x]! * 0.56);
      texels[y * sizePx + x] = packRgba(colour[0] * tone, colour[1] * tone, colour[2] * tone);
    }
  }
  return makeTexture(texels, sizePx, sizePx);
}

function paintWall(
  texels: Uint32Array,
  noise: NoiseField,
  wall: Rgb,
  isBrick: boolean,
  random: Random,
): void {
  for (let y = 0; y < sizePx; y++) {
    const course = Math.floor(y / 5);
    for (let x = 0; x < sizePx; x++) {
      let tone = 0.8 + noise.values[y * sizePx + x]! * 0.4;
      if (isBrick) {
        const inBrick = (x + (course & 1) * 5) % 10;
        if (y % 5 === 0 || inBrick === 0) tone *= 0.84;
        else tone *= 0.9 + 0.2 * random.next();
      }
      texels[y * sizePx + x] = packRgba(wall[0] * tone, wall[1] * tone, wall[2] * tone);
    }
  }
}

function paintWindow(
  texels: Uint32Array,
  left: number,
  top: number,
  width: number,
  height: number,
  frame: Rgb,
  hasBars: boolean,
  random: Random,
): void {
  fillRect(texels, left - 3, top - 3, width + 6, height + 6, frame);
  fillRect(texels, left - 5, top + height + 2, width + 10, 4, [150, 146, 140]);
  const glow = random.next();
  const dark = random.range(24, 62);
  for (let y = 0; y < height; y++) {
    // Panes mirror the sky in their upper part and the street in the lower one.
    const sky = Math.max(0, 1 - (y / height) * (1.2 + glow));
    const grey = dark + sky * 95 * glow;
    fillRect(texels, left, top + y, width, 1, [grey, grey * 1.03 + 2, grey * 1.1 + 6]);
  }
  if (random.chance(0.35)) {
    const curtain = random.range(110, 190);
    const share = random.range(0.2, 0.5);
    fillRect(texels, left, top, width * share, height, [curtain, curtain * 0.97, curtain * 0.9]);
  }
  if (hasBars) {
    fillRect(texels, left + width / 2 - 1, top, 2, height, frame);
    fillRect(texels, left, top + height * 0.35, width, 2, frame);
  }
}

function fillRect(
  texels: Uint32Array,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: Rgb,
): void {
  const packed = packRgba(colour[0], colour[1], colour[2]);
  const x0 = Math.max(0, Math.round(left));
  const x1 = Math.min(sizePx, Math.round(left + width));
  const y1 = Math.min(sizePx, Math.round(top + height));
  for (let y = Math.max(0, Math.round(top)); y < y1; y++)
    texels.fill(packed, y * sizePx + x0, y * sizePx + x1);
}
