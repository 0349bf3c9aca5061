import type { Random } from '../train/random.js';
import { autoencoderPx } from './autoencoder-spec.js';

const { widthPx, heightPx } = autoencoderPx;
const planePx = widthPx * heightPx;
/** Largest standard deviation of the noise; values run from -1 to 1. */
const mostNoise = 0.3;
const mostPatches = 3;

/**
 * Corrupts a picture of [3, 64, 96] at `offset` of a batch: noise of a random strength from 0 to 0.3, and up to three
 * rectangles of one grey. A network that restores the clean picture must know what roads look like (Vincent et al.
 * 2008).
 */
export function spoilPicture(values: Float32Array, offset: number, random: Random): void {
  const deviation = random.between(0, mostNoise);
  for (let i = offset; i < offset + 3 * planePx; i++) values[i]! += deviation * random.normal();
  const patches = random.below(mostPatches + 1);
  for (let patch = 0; patch < patches; patch++) {
    const columns = 4 + random.below(widthPx / 4);
    const rows = 4 + random.below(heightPx / 4);
    const left = random.below(widthPx - columns);
    const top = random.below(heightPx - rows);
    const grey = random.between(-1, 1);
    for (let channel = 0; channel < 3; channel++)
      for (let row = top; row < top + rows; row++) {
        const at = offset + channel * planePx + row * widthPx + left;
        values.fill(grey, at, at + columns);
      }
  }
}
