import type { Bundle } from '../../src/bundle/bundle.js';
import type { CropOutputSpec } from '../../src/bundle/output-spec.js';
import { signClasses } from '../../src/perception/classes.js';
import { datasetError } from '../datasets/dataset-files.js';
import type { Dataset, RgbImage, SignSample } from '../datasets/sample.js';
import { BundleRunner, type RunnerOptions } from './bundle-runner.js';
import { classScores, rankOfClass } from './classification.js';
import {
  type ConfusionMatrix,
  countPrediction,
  countsByClass,
  createConfusionMatrix,
} from './confusion-matrix.js';
import { CropAnswers } from './crop-answers.js';
import { DoubtCollector } from './doubt.js';
import type { Scored } from './evaluation.js';
import { requireFinite } from './finite-answer.js';
import { loadAhead } from './load-ahead.js';
import type { ObservationOf } from './observation.js';
import { softmaxAt } from './probability-calibration.js';

/** Scores a classifier of crops: each crop is passed to the rig's own stage as a detection in its picture. */
export async function evaluateSigns(
  bundle: Bundle,
  dataset: Dataset<'signs'>,
  options: RunnerOptions & { onSample: (observation: ObservationOf['signs']) => void },
): Promise<Scored<'signs'>> {
  const decode = bundle.manifest.decode as CropOutputSpec;
  const answers = new CropAnswers(decode, dataset.classes ?? signClasses, bundle.where);
  const { classes } = answers;
  const confusion = createConfusionMatrix(classes.length);
  const tally = { count: 0, right: 0, top5: 0, abstained: 0 };
  const doubt = new DoubtCollector('crops');
  const runner = await BundleRunner.open(bundle, dataset.camera, options);
  try {
    const load = async (sample: SignSample) => {
      requireClass(sample, classes.length);
      return sample.load();
    };
    for await (const { sample, loaded } of loadAhead(dataset.samples, load, dataset.problems)) {
      const boxXyxyPx = sample.boxXyxyPx ?? boxOfWholePicture(loaded, decode.cropMarginNorm);
      const detection = { classId: 0, score: 1, trackId: 0, boxXyxyPx };
      const result = await runner.run(loaded, { stage: 'detection', detections: [detection] });
      const batch = 'batch' in result ? result.batch : undefined;
      const [reading] = batch?.readings ?? [];
      if (!batch || !reading) {
        dataset.problems.push({ where: sample.id, reason: 'expected a crop of at least 6 px' });
        continue;
      }
      const answer = runner.output(decode.logits).subarray(0, decode.classes.length);
      requireFinite(answer, sample.id, bundle.where);
      const { logits, predictedId } = answers.of(answer);
      countPrediction(confusion, sample.classId, predictedId);
      // Of independent labels the reading has the surest one; what is right or wrong is their set.
      const probability =
        decode.answers === 'labels'
          ? softmaxAt(logits, answers.temperature)[predictedId]!
          : reading.probability;
      const claim = { probability, isRight: predictedId === sample.classId };
      doubt.add(tally.count, claim, []);
      tally.count++;
      if (predictedId === sample.classId) tally.right++;
      if (rankOfClass(logits, sample.classId) < 5) tally.top5++;
      const isAbstained = reading.classId < 0;
      if (isAbstained) tally.abstained++;
      options.onSample({ sample, boxXyxyPx, logits, predictedId, isAbstained });
    }
  } finally {
    await runner.dispose();
  }
  const { count, right, top5, abstained } = tally;
  const metrics = { accuracy: share(right, count), top5: share(top5, count) };
  const abstention = `abstained on ${abstained} (probability below ${decode.abstainBelow})`;
  const told = doubt.finish();
  const notes = [abstention, ...weakestClasses(confusion, classes)];
  return { count, metrics, ...(told && { doubt: told }), notes };
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/** The box that the stage enlarges by the margin to the full picture: GTSRB's crops already include their margin. */
function boxOfWholePicture(
  { widthPx, heightPx }: RgbImage,
  marginNorm: number,
): [number, number, number, number] {
  const insetX = (widthPx * marginNorm) / (1 + 2 * marginNorm);
  const insetY = (heightPx * marginNorm) / (1 + 2 * marginNorm);
  return [insetX, insetY, widthPx - insetX, heightPx - insetY];
}

function requireClass({ classId }: SignSample, count: number): void {
  if (Number.isInteger(classId) && classId >= 0 && classId < count) return;
  throw datasetError(`expected a class of 0 to ${count - 1}, found ${classId}`);
}

/** The five classes with the lowest F1, for people. */
function weakestClasses(confusion: ConfusionMatrix, classes: readonly string[]): string[] {
  return countsByClass(confusion)
    .map((counts, classId) => ({
      name: classes[classId]!,
      total: counts.truePositives + counts.falseNegatives,
      ...classScores(counts),
    }))
    .filter(({ total, f1 }) => total > 0 && f1 < 1)
    .sort((a, b) => a.f1 - b.f1)
    .slice(0, 5)
    .map(
      ({ name, f1, precision, recall, total }) =>
        `weak: ${name}  F1 ${f1.toFixed(3)}  precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  of ${total}`,
    );
}
