import type { Bundle } from '../../src/bundle/bundle.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { decodeSigns } from '../../src/perception/signs/decode-signs.js';
import { BackwardNetwork } from '../gradients/backward-network.js';
import { channelBounds, channelOf } from '../gradients/input-bounds.js';
import { createRandom, type Random } from '../train/random.js';

/** A meaningless picture that a classifier is sure about (Nguyen et al. 2015). */
export interface FoolingPicture {
  how: 'ascent' | 'evolution';
  className: string;
  probability: number;
  input: Float32Array;
  /** How many times the network was run. */
  runs: number;
}

const wantedProbability = 0.99;

/**
 * Two such pictures of a class: one by gradient ascent on its log probability from noise; one by evolution, which
 * needs only probabilities and keeps the best of eight copies with a few rectangles of another colour. Throws
 * ERR_USAGE if the network is not a classifier of crops.
 */
export function foolingPictures(bundle: Bundle, classId: number, seed: number): FoolingPicture[] {
  const { decode, task } = bundle.manifest;
  if (decode.kind !== 'signs' && decode.kind !== 'lights')
    throw new PerceptionError('ERR_USAGE', `--fool: expected a classifier of crops, found ${task}`);
  const className = decode.classes[classId]!;
  const network = BackwardNetwork.open(bundle, { from: [decode.logits] });
  const probabilities = (input: Float32Array) =>
    decodeSigns(network.forward(input)[decode.logits]!, [0], decode).probabilities;
  // Only the signs of the gradient count. Probabilities and independent labels have a slope of their own for each class.
  const isOwn = decode.values === 'probabilities' || decode.answers === 'labels';
  const away = (input: Float32Array) => {
    const gradient = probabilities(input).map((p, c) => (c === classId ? 1 : 0) - (isOwn ? 0 : p));
    return network.backward(input, { [decode.logits]: gradient }).input;
  };
  const asked = { bundle, classId, of: (input: Float32Array) => probabilities(input)[classId]! };
  try {
    return [
      { className, ...byAscent(asked, away, createRandom(seed)) },
      { className, ...byEvolution(asked, createRandom(seed + 1)) },
    ];
  } finally {
    network.release();
  }
}

interface Asked {
  bundle: Bundle;
  of(input: Float32Array): number;
}
type Found = Omit<FoolingPicture, 'className'>;

function byAscent(
  { bundle, of }: Asked,
  towards: (input: Float32Array) => Float32Array,
  random: Random,
): Found {
  const place = placesOf(bundle);
  const input = Float32Array.from({ length: place.length }, (_, i) => {
    const { low, high } = place.bounds(i);
    return (low + high) / 2 + (random.between(-1, 1) * (high - low)) / 8;
  });
  let probability = of(input);
  let runs = 1;
  for (; probability < wantedProbability && runs < 200; runs++) {
    const gradient = towards(input);
    for (let i = 0; i < input.length; i++) {
      const { low, high, epsilon } = place.bounds(i);
      input[i] = Math.min(high, Math.max(low, input[i]! + 3 * epsilon * Math.sign(gradient[i]!)));
    }
    probability = of(input);
  }
  return { how: 'ascent', probability, input, runs };
}

function byEvolution({ bundle, of }: Asked, random: Random): Found {
  const place = placesOf(bundle);
  const { widthPx, heightPx, layout } = bundle.manifest.input.spec;
  let best = Float32Array.from({ length: place.length }, (_, i) => {
    const { low, high } = place.bounds(i);
    return (low + high) / 2;
  });
  let probability = of(best);
  let runs = 1;
  while (probability < wantedProbability && runs < 4000) {
    for (let child = 0; child < 8; child++, runs++) {
      const input = Float32Array.from(best);
      const [left, top] = [random.below(widthPx), random.below(heightPx)];
      const right = Math.min(widthPx, left + 1 + random.below(widthPx >> 1));
      const bottom = Math.min(heightPx, top + 1 + random.below(heightPx >> 1));
      const shares = [random.next(), random.next(), random.next()];
      for (let c = 0; c < 3; c++)
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) {
            const pixel = y * widthPx + x;
            const i = layout === 'nchw' ? c * widthPx * heightPx + pixel : pixel * 3 + c;
            const { low, high } = place.bounds(i);
            input[i] = low + shares[c]! * (high - low);
          }
      const found = of(input);
      if (found > probability) [best, probability] = [input, found];
    }
  }
  return { how: 'evolution', probability, input: best, runs };
}

function placesOf({ manifest }: Bundle) {
  const { spec } = manifest.input;
  const length = 3 * spec.widthPx * spec.heightPx;
  const bounds = channelBounds(spec, 1);
  const channel = channelOf(spec, length);
  return { length, bounds: (i: number) => bounds[channel(i)]! };
}
