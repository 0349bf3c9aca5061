import { makeTexture, packRgba, type Texture } from '../../rendering/raster/texture.js';
import type { Random } from '../random.js';
import { fractalNoise } from './noise.js';

// Ground textures cover 4 m x 4 m (see Rasterizer.drawRoad) and are drawn in full daylight colours.
const sizePx = 512;

/** Grey with grain, faint stains and, by `crackShare`, sealed cracks. */
export function asphaltTexture(random: Random, brightness: number, crackShare: number): Texture {
  const grain = fractalNoise(random, sizePx, 128, 3, 0.9);
  const stains = fractalNoise(random, sizePx, 4, 4, 0.6);
  const warm = random.range(-3, 6);
  const texels = new Uint32Array(sizePx * sizePx);
  for (let i = 0; i < texels.length; i++) {
    const speck = random.next() < 0.06 ? random.range(-22, 26) : 0;
    const grey =
      brightness + (grain.values[i]! - 0.5) * 46 + (stains.values[i]! - 0.5) * 30 + speck;
    texels[i] = packRgba(grey + warm, grey, grey - warm * 0.6);
  }
  if (random.chance(crackShare)) drawCracks(texels, random, brightness * 0.55);
  return makeTexture(texels, sizePx, sizePx);
}

function drawCracks(texels: Uint32Array, random: Random, grey: number): void {
  for (let crack = 0; crack < 3; crack++) {
    let x = random.range(0, sizePx);
    let y = random.range(0, sizePx);
    let heading = random.range(0, 6.283);
    for (let step = 0; step < 420; step++) {
      heading += random.range(-0.35, 0.35);
      x += Math.cos(heading);
      y += Math.sin(heading);
      for (let dy = 0; dy < 2; dy++) {
        for (let dx = 0; dx < 2; dx++) {
          const at = ((y + dy) & (sizePx - 1)) * sizePx + ((x + dx) & (sizePx - 1));
          texels[at] = packRgba(grey, grey, grey);
        }
      }
    }
  }
}

/** Grass, meadow or bare earth: two colours mixed by noise, with blades. */
export function meadowTexture(
  random: Random,
  first: readonly [number, number, number],
  second: readonly [number, number, number],
): Texture {
  const patches = fractalNoise(random, sizePx, 8, 5, 0.65);
  const blades = fractalNoise(random, sizePx, 128, 2, 0.9);
  const texels = new Uint32Array(sizePx * sizePx);
  for (let i = 0; i < texels.length; i++) {
    const mix = Math.min(1, Math.max(0, (patches.values[i]! - 0.5) * 2.4 + 0.5));
    const light = 0.62 + blades.values[i]! * 0.76;
    texels[i] = packRgba(
      (first[0] + (second[0] - first[0]) * mix) * light,
      (first[1] + (second[1] - first[1]) * mix) * light,
      (first[2] + (second[2] - first[2]) * mix) * light,
    );
  }
  return makeTexture(texels, sizePx, sizePx);
}

/** Paving slabs of the given size, metres, each a little different, with joints. */
export function pavingTexture(
  random: Random,
  slabLengthM: number,
  slabWidthM: number,
  colour: readonly [number, number, number],
): Texture {
  const columns = Math.round(4 / slabLengthM);
  const rows = Math.round(4 / slabWidthM);
  const tones = Float32Array.from({ length: columns * rows * 2 }, () => random.range(0.88, 1.1));
  const grain = fractalNoise(random, sizePx, 64, 4, 0.8);
  const texels = new Uint32Array(sizePx * sizePx);
  for (let y = 0; y < sizePx; y++) {
    const row = Math.floor((y * rows) / sizePx);
    const inRow = (y * rows) / sizePx - row;
    for (let x = 0; x < sizePx; x++) {
      const shifted = (x * columns) / sizePx + (row & 1) * 0.5;
      const column = Math.floor(shifted) % columns;
      const inColumn = shifted - Math.floor(shifted);
      const isJoint = inRow < (0.012 * rows) / 4 || inColumn < (0.012 * columns) / 4;
      const tone =
        tones[row * columns + column]! *
        (isJoint ? 0.62 : 1) *
        (0.85 + grain.values[y * sizePx + x]! * 0.3);
      texels[y * sizePx + x] = packRgba(colour[0] * tone, colour[1] * tone, colour[2] * tone);
    }
  }
  return makeTexture(texels, sizePx, sizePx);
}
