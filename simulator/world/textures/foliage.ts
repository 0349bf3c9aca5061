import { makeTexture, packRgba, type Texture } from '../../rendering/raster/texture.js';
import type { Random } from '../random.js';
import { fractalNoise } from './noise.js';

const sizePx = 256;

type Rgb = readonly [number, number, number];

/** A crown of leaves as a cut-out: clusters with light from above and holes to see through. */
export function crownTexture(random: Random, leaf: Rgb): Texture {
  const ragged = fractalNoise(random, sizePx, 8, 5, 0.7);
  const leaves = fractalNoise(random, sizePx, 64, 2, 0.9);
  const clusters = Array.from({ length: 34 }, () => {
    const angle = random.range(0, 6.2832);
    const away = Math.sqrt(random.next()) * 0.36;
    return {
      x: 0.5 + Math.cos(angle) * away,
      y: 0.5 + Math.sin(angle) * away * 1.05,
      radius: random.range(0.07, 0.16),
      light: random.range(0.75, 1.2),
    };
  });
  const texels = new Uint32Array(sizePx * sizePx);
  for (let py = 0; py < sizePx; py++) {
    for (let px = 0; px < sizePx; px++) {
      const at = py * sizePx + px;
      const x = (px + 0.5) / sizePx;
      const y = (py + 0.5) / sizePx;
      let depth = 0;
      let light = 0.5;
      for (const cluster of clusters) {
        const dx = (x - cluster.x) / cluster.radius;
        const dy = (y - cluster.y) / cluster.radius;
        const inside = 1 - dx * dx - dy * dy;
        if (inside > depth) {
          depth = inside;
          light = cluster.light * (0.78 - dy * 0.34 - dx * 0.1);
        }
      }
      const isLeaf = depth > 0.04 && depth + (ragged.values[at]! - 0.5) * 1.5 > 0.22;
      const tone = light * (0.55 + leaves.values[at]! * 0.85) * (1.12 - y * 0.35);
      texels[at] = packRgba(leaf[0] * tone, leaf[1] * tone, leaf[2] * tone, isLeaf ? 255 : 0);
    }
  }
  return makeTexture(texels, sizePx, sizePx);
}

/** A conifer as a cut-out: tiers that widen downwards. */
export function coniferTexture(random: Random, leaf: Rgb): Texture {
  const ragged = fractalNoise(random, sizePx, 16, 4, 0.7);
  const texels = new Uint32Array(sizePx * sizePx);
  for (let py = 0; py < sizePx; py++) {
    const y = (py + 0.5) / sizePx;
    const tier = (y * 9) % 1;
    for (let px = 0; px < sizePx; px++) {
      const at = py * sizePx + px;
      const x = Math.abs((px + 0.5) / sizePx - 0.5);
      const reach = (0.05 + y * 0.42) * (0.66 + 0.34 * tier);
      const isLeaf = x < reach + (ragged.values[at]! - 0.5) * 0.22;
      const tone = (0.5 + ragged.values[at]! * 0.7) * (1.15 - tier * 0.4) * (1 - x * 0.5);
      texels[at] = packRgba(leaf[0] * tone, leaf[1] * tone, leaf[2] * tone, isLeaf ? 255 : 0);
    }
  }
  return makeTexture(texels, sizePx, sizePx);
}

/** A leafless tree: branches that fork, drawn upwards from the foot. */
export function bareTreeTexture(random: Random, bark: Rgb): Texture {
  const texels = new Uint32Array(sizePx * sizePx);
  const grow = (x: number, y: number, heading: number, length: number, width: number): void => {
    const steps = Math.ceil(length);
    for (let step = 0; step < steps; step++) {
      heading += random.range(-0.06, 0.06);
      x += Math.sin(heading);
      y -= Math.cos(heading);
      const half = Math.max(0.5, (width * (1 - (0.4 * step) / steps)) / 2);
      for (let dx = -half; dx <= half; dx += 0.5) {
        const tone = random.range(0.7, 1.1);
        const column = Math.round(x + dx);
        const row = Math.round(y);
        if (column < 0 || column >= sizePx || row < 0 || row >= sizePx) continue;
        texels[row * sizePx + column] = packRgba(bark[0] * tone, bark[1] * tone, bark[2] * tone);
      }
    }
    if (width < 0.8) return;
    const forks = width > 4 ? 3 : random.integer(2, 3);
    for (let fork = 0; fork < forks; fork++) {
      const turn = random.range(-0.75, 0.75);
      grow(x, y, heading * 0.85 + turn, length * random.range(0.62, 0.84), width * 0.64);
    }
  };
  grow(sizePx / 2, sizePx - 1, 0, sizePx * 0.27, 11);
  return makeTexture(texels, sizePx, sizePx, 1.6);
}
