import type { Bundle } from '../../src/bundle/bundle.js';
import type { DetectionOutputSpec } from '../../src/bundle/output-spec.js';
import { clipBox } from '../datasets/box-geometry.js';
import type { KittiBox } from '../datasets/kitti.js';
import type { Dataset, DetectionSample, RgbImage, TruthBox } from '../datasets/sample.js';
import { BundleRunner, type RunnerOptions } from './bundle-runner.js';
import { detectionScores, isScorable, type ScoredPicture } from './detection-scores.js';
import { type Doubt, DoubtCollector } from './doubt.js';
import type { Scored } from './evaluation.js';
import { loadAhead } from './load-ahead.js';
import { matchBoxes } from './match-boxes.js';
import type { ObservationOf } from './observation.js';
import { publishedFrom, shownScore } from './published-from.js';
import { type VehiclesFound, vehiclesFound } from './vehicles-found.js';

/** The precision-recall curve goes down to this score, with at least `curveDetections` boxes per picture. */
const curveThreshold = 0.01;
const curveDetections = 300;

/** Scores a detector. A teacher's boxes in the data set are not scored: see detectionScores. */
export async function evaluateDetection(
  bundle: Bundle,
  dataset: Dataset<'detection'>,
  options: RunnerOptions & { onSample: (observation: ObservationOf['detection']) => void },
): Promise<Scored<'detection'>> {
  const decode = bundle.manifest.decode as DetectionOutputSpec;
  const pictures: ScoredPicture[] = [];
  const runner = await BundleRunner.open(forWholeCurve(bundle, decode), dataset.camera, options);
  try {
    const load = (sample: DetectionSample) => sample.load();
    for await (const { sample, loaded } of loadAhead(dataset.samples, load, dataset.problems)) {
      const result = await runner.run(loaded);
      const detections = result.stage === 'detection' ? result.detections : [];
      const found = detections.map(({ classId, score, boxXyxyPx }) => ({
        className: decode.classes[classId]!,
        score,
        boxXyxyPx,
      }));
      const truth = boxesInside(sample, loaded, dataset.problems);
      pictures.push({ truth, found });
      const { widthPx, heightPx } = loaded;
      options.onSample({ sample, widthPx, heightPx, truth, found });
    }
  } finally {
    await runner.dispose();
  }
  const metrics = detectionScores(pictures, publishedFrom(decode));
  const vehicles = kittiVehicles(pictures, publishedFrom(decode));
  const notes = [
    ...unknownClasses(Object.keys(metrics.perClass), decode),
    ...(vehicles === undefined ? [] : [vehiclesNote(vehicles, publishedFrom(decode))]),
  ];
  const doubt = boxDoubt(pictures, publishedFrom(decode));
  return {
    count: pictures.length,
    ...(doubt && { doubt }),
    metrics: { ...metrics, ...(vehicles !== undefined && { vehicles }) },
    notes,
  };
}

/** The true boxes inside their picture; one outside cannot be found and is a counted problem. */
function boxesInside(
  { id, boxes }: DetectionSample,
  { widthPx, heightPx }: RgbImage,
  problems: Dataset['problems'],
): TruthBox[] {
  return boxes.filter(({ className, boxXyxyPx }) => {
    const isInside = clipBox(boxXyxyPx, widthPx, heightPx) !== undefined;
    if (!isInside) {
      const found = `${className} at ${boxXyxyPx.join(', ')}`;
      const reason = `expected boxes inside ${widthPx}x${heightPx} pixels, found ${found}; left out`;
      problems.push({ where: id, reason });
    }
    return isInside;
  });
}

/** Calibration of the boxes that would be published: whether each is right, by class and by height. */
function boxDoubt(pictures: readonly ScoredPicture[], scoreThreshold: number): Doubt | undefined {
  const collector = new DoubtCollector('boxes');
  const labelled = new Set(
    pictures.flatMap(({ truth }) =>
      truth.filter(({ weight }) => weight === 1).map(({ className }) => className),
    ),
  );
  for (const [picture, { truth, found }] of pictures.entries())
    for (const className of labelled) {
      const published = found.filter(
        (box) => box.className === className && box.score >= scoreThreshold,
      );
      matchBoxes(published, truth.filter(isScorable), className, 0.5).forEach((match, i) => {
        if (match.kind === 'ignored') return;
        const { score: probability, boxXyxyPx } = published[i]!;
        const heightPx = boxXyxyPx[3] - boxXyxyPx[1];
        const claim = { probability, isRight: match.kind === 'hit' };
        collector.add(picture, claim, [className, heightName(heightPx)]);
      });
    }
  return collector.finish();
}

const heightEndsPx = [25, 50, 100];

function heightName(heightPx: number): string {
  const end = heightEndsPx.find((px) => heightPx < px);
  return end === undefined ? `${heightEndsPx.at(-1)} px high or more` : `less than ${end} px high`;
}

const unknownClasses = (classNames: readonly string[], decode: DetectionOutputSpec): string[] =>
  classNames
    .filter((name) => !decode.classes.includes(name))
    .map((name) => `the bundle has no class ${name}: its average precision counts as 0`);

/** The same bundle with a decoder that keeps almost all boxes. Greedy suppression gives the same best boxes first. */
function forWholeCurve(bundle: Bundle, decode: DetectionOutputSpec): Bundle {
  const wider: DetectionOutputSpec = {
    ...decode,
    scoreThreshold: Math.min(decode.scoreThreshold, curveThreshold),
    maxDetections: Math.max(decode.maxDetections, curveDetections),
  };
  return { ...bundle, manifest: { ...bundle.manifest, decode: wider } };
}

const isKittiBox = (box: TruthBox): box is KittiBox => 'kittiType' in box;

function kittiVehicles(
  pictures: readonly ScoredPicture[],
  scoreThreshold: number,
): VehiclesFound | undefined {
  const isKitti = pictures.some(({ truth }) => truth.some(isKittiBox));
  if (!isKitti) return undefined;
  return vehiclesFound(
    pictures.map(({ truth, found }) => ({ truth: truth.filter(isKittiBox), found })),
    scoreThreshold,
  );
}

const vehiclesNote = (
  { found, count, wrong, recall, precision }: VehiclesFound,
  scoreThreshold: number,
): string =>
  `vehicles: recall ${recall.toFixed(3)} (${found} of ${count}), precision ${precision.toFixed(3)} (${wrong} wrong): IoU 0.5, score above ${shownScore(Math.max(0.3, scoreThreshold))}, at least 25 px high, occlusion at most 1`;
