import type { InputSpec } from '../../src/bundle/input-spec.js';
import type { Random } from '../train/random.js';
import type { AttackedNetwork, Target } from './attacked-network.js';

/** A square in the network's input that may have any content: a sticker. */
export interface Patch {
  /** Indices of its values within one item. */
  places: Uint32Array;
  values: Float32Array;
}

/** A centred square with random content; its side is a share of the shorter edge. */
export function patchByChance(
  { widthPx, heightPx, layout, mean, scale }: InputSpec,
  sideShare: number,
  random: Random,
): Patch {
  const sidePx = Math.max(1, Math.round(Math.min(widthPx, heightPx) * sideShare));
  const [left, top] = [(widthPx - sidePx) >> 1, (heightPx - sidePx) >> 1];
  const places: number[] = [];
  const values: number[] = [];
  for (let c = 0; c < 3; c++)
    for (let y = top; y < top + sidePx; y++)
      for (let x = left; x < left + sidePx; x++) {
        const pixel = y * widthPx + x;
        places.push(layout === 'nchw' ? c * widthPx * heightPx + pixel : pixel * 3 + c);
        values.push((random.between(0, 255) - mean[c]!) * scale[c]!);
      }
  return { places: Uint32Array.from(places), values: Float32Array.from(values) };
}

export function withPatch(input: Float32Array, { places, values }: Patch): Float32Array {
  const out = Float32Array.from(input);
  for (let i = 0; i < places.length; i++) out[places[i]!] = values[i]!;
  return out;
}

/**
 * Learns the content of a sticker that turns the answers about `targets` (after Brown et al. 2017): steps along the
 * signs of gradients, 12 grey levels at first, 2 at the end.
 */
export function learnPatch(
  network: AttackedNetwork,
  targets: readonly Target[],
  patch: Patch,
  rounds = 6,
): Patch {
  const values = Float32Array.from(patch.values);
  const bounds = network.bounds(1);
  for (let round = 0; round < rounds; round++) {
    const levels = 12 - (10 * round) / Math.max(1, rounds - 1);
    for (const target of targets) {
      const seen = withPatch(target.input, { places: patch.places, values });
      const gradient = network.away(target, seen);
      for (const [i, place] of patch.places.entries()) {
        const { epsilon, low, high } = bounds(place);
        const next = values[i]! + Math.sign(gradient[place]!) * levels * epsilon;
        values[i] = Math.min(high, Math.max(low, next));
      }
    }
  }
  return { places: patch.places, values };
}
