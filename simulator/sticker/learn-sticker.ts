import type { Bundle } from '../../src/bundle/bundle.js';
import type { CropOutputSpec } from '../../src/bundle/crop-spec.js';
import { networkInput } from '../../tools/explain/network-input.js';
import { BackwardNetwork } from '../../tools/gradients/backward-network.js';
import { asDetection, type SignStage, type SignView } from './sign-view.js';
import { faceWith, plainSticker, printable, type Sticker, type StickerPlace } from './sticker.js';

/**
 * How a sticker appears in the network's input from one view, measured from four renderings: with a black one, a
 * white one, and ramps along both axes. Rendering is taken as linear in the sticker's colours.
 */
interface StickerView {
  black: Float32Array;
  /** White minus black, by value of the input. */
  reach: Float32Array;
  /** For each input pixel that shows the sticker: cells and their weights, which sum to 1. */
  seen: { place: number; cells: Uint16Array; weights: Float32Array }[];
}

/** Pixels below this share of the largest difference between white and black do not count as showing the sticker. */
const leastReach = 0.08;

async function stickerView(
  bundle: Bundle,
  stage: SignStage,
  view: SignView,
  place: StickerPlace,
  side: number,
): Promise<StickerView | undefined> {
  const inputs: Float32Array[] = [];
  for (const looks of [plainSticker(0), plainSticker(1), 'along x', 'along y'] as const) {
    const sign = stage.see(view, faceWith(stage.face, place, looks));
    if (sign === undefined) return undefined;
    inputs.push(await networkInput(bundle, undefined, sign.picture, asDetection(sign)));
  }
  const [black, white, alongX, alongY] = inputs as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const reach = white.map((value, i) => value - black[i]!);
  const pixels = black.length / 3;
  const planeOf = (pixel: number, c: number) => c * pixels + pixel;
  const shown = (pixel: number) =>
    (reach[pixel]! + reach[planeOf(pixel, 1)]! + reach[planeOf(pixel, 2)]!) / 3;
  const most = Array.from({ length: pixels }, (_, i) => shown(i)).reduce(
    (a, b) => Math.max(a, b),
    0,
  );
  const covered = Array.from({ length: pixels }, (_, i) => i).filter(
    (i) => shown(i) > leastReach * most && most > 0,
  );
  // A pixel of the input averages over this part of the sticker.
  const half = 0.5 / Math.max(1, Math.sqrt(covered.length));
  const at = (ramp: Float32Array, pixel: number) => {
    const sums = [0, 1, 2].map((c) => ramp[planeOf(pixel, c)]! - black[planeOf(pixel, c)]!);
    return Math.min(1, Math.max(0, sums.reduce((a, b) => a + b, 0) / (3 * shown(pixel))));
  };
  const seen = covered.map((pixel) => {
    const [u, v] = [at(alongX, pixel), at(alongY, pixel)];
    return { place: pixel, ...footprint(u, v, half, side) };
  });
  return { black, reach, seen };
}

/** The cells in a square around a place of the sticker, and their shares of it. */
function footprint(u: number, v: number, half: number, side: number) {
  const cells: number[] = [];
  const weights: number[] = [];
  const overlap = (cell: number, middle: number) =>
    Math.max(0, Math.min((cell + 1) / side, middle + half) - Math.max(cell / side, middle - half));
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const weight = overlap(row, v) * overlap(column, u);
      if (weight <= 0) continue;
      cells.push(row * side + column);
      weights.push(weight);
    }
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  return {
    cells: Uint16Array.from(cells),
    weights: Float32Array.from(weights, (weight) => weight / sum),
  };
}

function inputWith({ black, reach, seen }: StickerView, { values }: Sticker): Float32Array {
  const input = Float32Array.from(black);
  const pixels = black.length / 3;
  for (const { place, cells, weights } of seen)
    for (let c = 0; c < 3; c++) {
      let colour = 0;
      for (const [i, cell] of cells.entries()) colour += weights[i]! * values[cell * 3 + c]!;
      input[c * pixels + place]! += reach[c * pixels + place]! * colour;
    }
  return input;
}

export interface LearnOptions {
  views: readonly SignView[];
  place: StickerPlace;
  /** Class ids of the bundle: the sign's true class, and the target class; any other class if omitted. */
  classId: number;
  targetId?: number;
  steps?: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Learns a sticker that makes the network misread the sign from all views together: the expectation over
 * transformations of Athalye et al. 2018, on signs after Eykholt et al. 2018. Takes steps along the sign of the mean
 * gradient, from large to small, within the colours that a printer can print. Throws as BackwardNetwork.open does.
 */
export async function learnSticker(
  bundle: Bundle,
  stage: SignStage,
  first: Sticker,
  { views, place, classId, targetId, steps = 60, onProgress }: LearnOptions,
): Promise<Sticker> {
  const { logits, classes } = bundle.manifest.decode as CropOutputSpec;
  const network = BackwardNetwork.open(bundle, { from: [logits] });
  const sticker: Sticker = { side: first.side, values: Float32Array.from(first.values) };
  try {
    const seen: StickerView[] = [];
    for (const [i, view] of views.entries()) {
      const one = await stickerView(bundle, stage, view, place, first.side);
      if (one !== undefined) seen.push(one);
      onProgress?.(i + 1, views.length);
    }
    for (let step = 0; step < steps; step++) {
      const sum = new Float32Array(sticker.values.length);
      for (const view of seen) {
        const input = inputWith(view, sticker);
        const scores = network.forward(input)[logits]!;
        const gradient = network.backward(input, {
          [logits]: wanted(scores, classes.length, classId, targetId),
        }).input;
        const pixels = input.length / 3;
        for (const { place: pixel, cells, weights } of view.seen)
          for (let c = 0; c < 3; c++) {
            const slope = gradient[c * pixels + pixel]! * view.reach[c * pixels + pixel]!;
            for (const [i, cell] of cells.entries()) sum[cell * 3 + c]! += weights[i]! * slope;
          }
      }
      const size = 0.12 * (1 - step / steps) + 0.01;
      const [low, high] = printable;
      for (let i = 0; i < sum.length; i++)
        sticker.values[i] = Math.min(
          high,
          Math.max(low, sticker.values[i]! + size * Math.sign(sum[i]!)),
        );
    }
  } finally {
    network.release();
  }
  return sticker;
}

/** Gradient towards the target's log probability, or away from that of the true class. */
function wanted(
  scores: Float32Array,
  count: number,
  classId: number,
  targetId: number | undefined,
): Float32Array {
  const top = scores.subarray(0, count).reduce((a, b) => Math.max(a, b), -Infinity);
  const shares = Array.from({ length: count }, (_, i) => Math.exp(scores[i]! - top));
  const total = shares.reduce((a, b) => a + b, 0);
  const slopes = new Float32Array(scores.length);
  for (let i = 0; i < count; i++) {
    const share = shares[i]! / total;
    slopes[i] =
      targetId === undefined ? share - (i === classId ? 1 : 0) : (i === targetId ? 1 : 0) - share;
  }
  return slopes;
}
