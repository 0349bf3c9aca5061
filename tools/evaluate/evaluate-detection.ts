import type { Bundle } from '../../src/bundle/bundle.js';
import type { DetectionOutputSpec } from '../../src/bundle/output-spec.js';
import type { KittiBox } from '../datasets/kitti.js';
import type { Dataset, DetectionSample, TruthBox } from '../datasets/sample.js';
import { BundleRunner, type RunnerOptions } from './bundle-runner.js';
import { detectionScores, type ScoredPicture } from './detection-scores.js';
import type { Scored } from './evaluation.js';
import { loadAhead } from './load-ahead.js';
import { vehicleRecall } from './vehicle-recall.js';

/** The precision-recall curve is followed down to this score, with at least this many boxes a picture. */
const curveThreshold = 0.01;
const curveDetections = 300;

/** Scores a detector. Boxes of a teacher in the data set are left out: see detectionScores. */
export async function evaluateDetection(
  bundle: Bundle,
  dataset: Dataset<'detection'>,
  options: RunnerOptions & { onSample: () => void },
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
      pictures.push({ truth: sample.boxes, found });
      options.onSample();
    }
  } finally {
    await runner.dispose();
  }
  const metrics = detectionScores(pictures, decode.scoreThreshold);
  return { count: pictures.length, metrics, notes: kittiNotes(pictures) };
}

/** The same bundle with a decoder that keeps nearly everything. Greedy suppression gives the same best boxes first. */
function forWholeCurve(bundle: Bundle, decode: DetectionOutputSpec): Bundle {
  const wider: DetectionOutputSpec = {
    ...decode,
    scoreThreshold: Math.min(decode.scoreThreshold, curveThreshold),
    maxDetections: Math.max(decode.maxDetections, curveDetections),
  };
  return { ...bundle, manifest: { ...bundle.manifest, decode: wider } };
}

const isKittiBox = (box: TruthBox): box is KittiBox => 'kittiType' in box;

function kittiNotes(pictures: readonly ScoredPicture[]): string[] {
  const isKitti = pictures.some(({ truth }) => truth.some(isKittiBox));
  if (!isKitti) return [];
  const { found, count, recall } = vehicleRecall(
    pictures.map(({ truth, found }) => ({ truth: truth.filter(isKittiBox), found })),
  );
  return [
    `vehicles found ${recall.toFixed(3)} (${found} of ${count}: IoU 0.5, score above 0.3, at least 25 px high, occlusion at most 1)`,
  ];
}
