import type { Bundle } from '../../../src/bundle/bundle.js';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { readsCrops } from '../../../src/bundle/output-spec.js';
import type { ExplainMethod, InnerMethod } from '../../../src/explanation/explain-methods.js';
import type { SaliencyMap } from '../../../src/explanation/saliency-map.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { createInputMapping } from '../../../src/preprocess/input-mapping.js';
import { AskedNetwork } from '../../gradients/asked-network.js';
import { innerMaps } from '../explain-methods.js';
import { networkInput } from '../network-input.js';
import { areaUnder, keptCurves } from './deletion-insertion.js';
import { keptAnswer } from './kept-answer.js';
import type { MeasuredPicture } from './measured-pictures.js';
import { occludedInput } from './occluded-input.js';
import { atInputPixels, mostFirst, rankCorrelation } from './pixel-order.js';
import { withRandomWeights } from './randomised-network.js';

/** `random`: pixels in random order, a baseline that every method must beat. */
export type MeasuredMethod = ExplainMethod | 'random';

/** Means over the pictures. */
export interface MethodScores {
  method: MeasuredMethod;
  pictures: number;
  /** Area under the deletion curve, 0..1: the lower, the better. */
  deletion: number;
  /** Area under the insertion curve, 0..1: the higher, the better. */
  insertion: number;
  /** Rank correlation with the map of the same network with shuffled weights: should be near 0. */
  randomised: number;
  /** Share of the map that lies on the parts that matter. */
  onTruth: number;
  /** Share of the input that these parts cover: the `onTruth` of a uniform map. */
  truthArea: number;
  /** Why it could not be measured. */
  refused?: string;
}

/** Measures methods on pictures of one bundle, one after the other. */
export async function measureExplanations(
  bundle: Bundle,
  pictures: readonly MeasuredPicture[],
  methods: readonly MeasuredMethod[],
  onProgress?: (done: number, total: number) => void,
): Promise<MethodScores[]> {
  const shuffled = withRandomWeights(bundle, 5);
  const scores: MethodScores[] = [];
  const total = methods.length * pictures.length;
  for (const [m, method] of methods.entries()) {
    const found: Omit<MethodScores, 'method' | 'pictures'>[] = [];
    let refused: string | undefined;
    for (const [i, each] of pictures.entries()) {
      try {
        found.push(await measureOne(bundle, shuffled, each, method));
      } catch (error) {
        if (!(error instanceof PerceptionError) || error.code !== 'ERR_USAGE') throw error;
        refused ??= error.message;
      }
      onProgress?.(m * pictures.length + i + 1, total);
    }
    const mean = (pick: (one: (typeof found)[number]) => number) =>
      found.reduce((sum, one) => sum + pick(one), 0) / found.length;
    scores.push({
      method,
      pictures: found.length,
      deletion: mean(({ deletion }) => deletion),
      insertion: mean(({ insertion }) => insertion),
      randomised: mean(({ randomised }) => randomised),
      onTruth: mean(({ onTruth }) => onTruth),
      truthArea: mean(({ truthArea }) => truthArea),
      ...(refused !== undefined && { refused }),
    });
  }
  return scores;
}

async function measureOne(
  bundle: Bundle,
  shuffled: Bundle,
  measured: MeasuredPicture,
  method: MeasuredMethod,
): Promise<Omit<MethodScores, 'method' | 'pictures'>> {
  const { picture, camera, input: read, pointPx } = measured;
  const { spec } = bundle.manifest.input;
  const input = await networkInput(bundle, camera, picture, read);
  const mapping = createInputMapping(spec, picture, camera);
  const pointNorm = mapping.inputFromFramePoint(...pointPx);
  const asked = AskedNetwork.open(bundle, input, pointNorm && { pointNorm });
  try {
    const { question, network } = asked;
    const before = network.forward(input);
    const keptIn = keptAnswer(bundle, question, before);
    const kept = (changed: Float32Array) => keptIn(network.forward(changed));
    const mapOf = (of: Bundle): SaliencyMap => {
      if (method === 'random') {
        const random = mulberry32(of === bundle ? 11 : 12);
        const values = Float32Array.from({ length: spec.widthPx * spec.heightPx }, random);
        return { rows: spec.heightPx, columns: spec.widthPx, values };
      }
      if (method !== 'occlusion')
        return innerMaps[method as InnerMethod]({ bundle: of, input, question });
      if (of === bundle) return occludedInput(spec, input, kept);
      const other = AskedNetwork.open(of, input, { question });
      try {
        const keptThere = keptAnswer(of, question, other.network.forward(input));
        return occludedInput(spec, input, (changed) => keptThere(other.network.forward(changed)));
      } finally {
        other.release();
      }
    };
    const values = atInputPixels(mapOf(bundle), spec);
    const { deletion, insertion } = keptCurves(spec, input, mostFirst(values), kept);
    const others = atInputPixels(mapOf(shuffled), spec);
    return {
      deletion: areaUnder(deletion),
      insertion: areaUnder(insertion),
      randomised: rankCorrelation(values, others),
      ...shareOnTruth(values, bundle, measured),
    };
  } finally {
    asked.release();
  }
}

function shareOnTruth(
  values: Float32Array,
  { manifest }: Bundle,
  { picture, camera, input, matters }: MeasuredPicture,
): { onTruth: number; truthArea: number } {
  const { spec } = manifest.input;
  const mapping = createInputMapping(spec, picture, camera);
  const crop =
    readsCrops(manifest.decode) && input?.stage === 'detection'
      ? { box: input.detections[0]!.boxXyxyPx, margin: manifest.decode.cropMarginNorm }
      : undefined;
  const frameFrom = (x: number, y: number): readonly [number, number] | undefined => {
    if (crop === undefined) return mapping.frameFromInputPoint(x, y);
    const [left, top, right, bottom] = crop.box;
    const along = (share: number, from: number, to: number) =>
      from + (share * (1 + 2 * crop.margin) - crop.margin) * (to - from);
    return [along(x, left, right), along(y, top, bottom)];
  };
  let [all, onTruth, area] = [0, 0, 0];
  for (let y = 0, i = 0; y < spec.heightPx; y++)
    for (let x = 0; x < spec.widthPx; x++, i++) {
      const point = frameFrom((x + 0.5) / spec.widthPx, (y + 0.5) / spec.heightPx);
      const isTrue = point !== undefined && matters(...point);
      all += values[i]!;
      if (!isTrue) continue;
      onTruth += values[i]!;
      area++;
    }
  return { onTruth: all === 0 ? 0 : onTruth / all, truthArea: area / values.length };
}
