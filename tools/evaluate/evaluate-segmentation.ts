import type { Bundle } from '../../src/bundle/bundle.js';
import type { SegmentationOutputSpec } from '../../src/bundle/output-spec.js';
import { channelCount } from '../../src/bundle/segmentation-spec.js';
import { readProbabilities } from '../../src/explanation/class-probabilities.js';
import { segmentationClasses } from '../../src/perception/classes.js';
import { decodeRunLengths } from '../../src/perception/segmentation/run-lengths.js';
import { MapLookUp } from '../../src/preprocess/map-look-up.js';
import { datasetError } from '../datasets/dataset-files.js';
import { type Dataset, type SegmentationSample, voidClassId } from '../datasets/sample.js';
import { BundleRunner, type RunnerOptions } from './bundle-runner.js';
import { createConfusionMatrix } from './confusion-matrix.js';
import { DoubtCollector } from './doubt.js';
import type { Scored } from './evaluation.js';
import { loadAhead } from './load-ahead.js';
import type { ObservationOf } from './observation.js';
import {
  claimOfChannels,
  comparableClasses,
  countClassMap,
  ourJudgedClasses,
  segmentationScores,
} from './segmentation-scores.js';

/**
 * Scores a segmentation network at the labels' resolution: each label pixel is compared with the map pixel that
 * shows it (the nearest). Label pixels that the network never sees (outside its region, or moved out of the picture by
 * undistortion) are not scored, like void.
 */
export async function evaluateSegmentation(
  bundle: Bundle,
  dataset: Dataset<'segmentation'>,
  options: RunnerOptions & { onSample: (observation: ObservationOf['segmentation']) => void },
): Promise<Scored<'segmentation'>> {
  const decode = bundle.manifest.decode as SegmentationOutputSpec;
  const judged = dataset.judgedClasses ?? ourJudgedClasses;
  const { answerIds, truthIds, names, note } = comparableClasses(
    decode.classes,
    bundle.where,
    judged,
  );
  const confusion = createConfusionMatrix(judged.length + 1);
  const lookUp = new MapLookUp(bundle.manifest.input.spec, dataset.camera);
  const runner = await BundleRunner.open(bundle, dataset.camera, options);
  const loadJudged = (sample: SegmentationSample) =>
    loadWith(sample, sample.loadJudgedMap?.() ?? sample.loadClassMap(), judged.length);
  const doubt = new DoubtCollector('pixels');
  const isSure = (decode.values ?? 'scores') !== 'class-ids';
  const claimedAt = isSure ? readProbabilities(bundle.manifest, decode) : undefined;
  const judgedOf = Uint8Array.from(
    { length: channelCount(decode) },
    (_, channel) => answerIds[decode.channelClasses?.[channel] ?? channel]!,
  );
  let count = 0;
  try {
    for await (const { sample, loaded } of loadAhead(
      dataset.samples,
      loadJudged,
      dataset.problems,
    )) {
      const { image, truth } = loaded;
      const result = await runner.run(image);
      if (result.stage !== 'segmentation') continue;
      const { widthPx, heightPx, runLengths, runClasses } = result.segmentation;
      const map = decodeRunLengths(runLengths, runClasses, widthPx * heightPx);
      const places = lookUp.placesFor(image, widthPx, heightPx);
      const predicted = new Uint8Array(truth.length);
      for (let i = 0; i < truth.length; i++) {
        const place = places[i]!;
        truth[i] = place < 0 ? voidClassId : truthIds[truth[i]!]!;
        if (place >= 0) predicted[i] = answerIds[map[place]!]!;
      }
      countClassMap(confusion, truth, predicted);
      if (claimedAt !== undefined) {
        const stride = claimStride(truth.length);
        for (let i = stride >> 1; i < truth.length; i += stride) {
          const place = places[i]!;
          if (place < 0 || truth[i] === voidClassId) continue;
          const at = [
            ((place % widthPx) + 0.5) / widthPx,
            (Math.floor(place / widthPx) + 0.5) / heightPx,
          ] as const;
          const claimed = claimedAt(runner.output(decode.scores), at);
          const probability = claimOfChannels(claimed, judgedOf);
          const isRight = predicted[i] === truth[i];
          doubt.add(count, { probability, isRight }, [judged[predicted[i]!]?.name ?? 'other']);
        }
      }
      count++;
      const size = { widthPx: image.widthPx, heightPx: image.heightPx };
      options.onSample({ sample, ...size, classes: judged, truth, predicted });
    }
  } finally {
    await runner.dispose();
  }
  const told = doubt.finish();
  const metrics = segmentationScores(confusion, names);
  return { count, metrics, ...(told && { doubt: told }), notes: note };
}

/**
 * The network's confidence is read at one in this many pixels, because neighbours are alike. 251 up to half a megapixel,
 * then more, so that a set of large pictures does not give millions of claims. Odd, so that the columns vary.
 */
const claimStride = (pixels: number): number => Math.max(251, Math.ceil(pixels / 2000) | 1);

/** Loads a picture and its mask in our ids. Rejects with ERR_DATASET for another size, no label, or unknown labels. */
export function loadBoth(sample: SegmentationSample) {
  return loadWith(sample, sample.loadClassMap(), segmentationClasses.length);
}

/** Loads a picture with the given labels, which must be void or below `count`. */
async function loadWith(sample: SegmentationSample, labels: Promise<Uint8Array>, count: number) {
  const [image, truth] = await Promise.all([sample.load(), labels]);
  if (truth.length !== image.widthPx * image.heightPx) {
    throw datasetError(
      `expected labels for ${image.widthPx}x${image.heightPx} pixels, found ${truth.length}`,
    );
  }
  requireLabels(truth, count);
  return { image, truth };
}

/** Throws ERR_DATASET for an empty mask or a label outside the classes: neither can score a network. */
function requireLabels(truth: Uint8Array, classCount: number): void {
  let hasLabel = false;
  for (const classId of truth) {
    if (classId === voidClassId) continue;
    hasLabel = true;
    if (classId >= classCount) {
      throw datasetError(
        `expected labels of 0 to ${classCount - 1} or ${voidClassId} (void), found ${classId}`,
      );
    }
  }
  if (!hasLabel) throw datasetError('expected a labelled pixel, found only void');
}
