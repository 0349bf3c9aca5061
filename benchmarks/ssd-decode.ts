import type { SsdOutputSpec } from '../src/bundle/output-spec.js';
import { createDetectionList } from '../src/perception/detection/detection-list.js';
import { createSsdDecoder } from '../src/perception/detection/ssd-decoder.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { pythonCommand, whyNoPython } from './harness/python.js';
import { normalNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';
import { temporaryFiles } from './harness/temporary-files.js';

// Decoding and non-maximum suppression of an SSD's outputs, all default boxes.
const peerScript = new URL('../../benchmarks/peers/opencv_ssd_decode.py', import.meta.url);
const sizes = (count: number, edge: number) =>
  Array.from({ length: count }, (_, i): [number, number] => [
    edge * (0.6 + 0.3 * i),
    edge * (1.6 - 0.2 * i),
  ]);

const spec: SsdOutputSpec = {
  kind: 'ssd',
  offsets: 'offsets',
  logits: 'logits',
  // 11,800 default boxes, as many as the shipped detector has.
  featureMaps: [
    { rows: 32, columns: 56, boxSizesNorm: sizes(5, 0.04) },
    { rows: 16, columns: 28, boxSizesNorm: sizes(5, 0.1) },
    { rows: 8, columns: 14, boxSizesNorm: sizes(4, 0.2) },
    { rows: 4, columns: 7, boxSizesNorm: sizes(4, 0.35) },
    { rows: 2, columns: 4, boxSizesNorm: sizes(4, 0.55) },
    { rows: 1, columns: 2, boxSizesNorm: sizes(4, 0.75) },
  ],
  variances: [0.1, 0.2],
  classes: Array.from({ length: 8 }, (_, i) => `class ${i}`),
  scoreThreshold: 0.35,
  nmsIou: 0.45,
  maxDetections: 100,
};
const width = spec.classes.length + 1;
const boxCount = createSsdDecoder(spec).defaultBoxes.length / 4;

/** Outputs of a network that is sure of the background, except for a share of the boxes, in clusters. */
function outputs(objectShare: number): { offsets: Float32Array; logits: Float32Array } {
  const offsets = normalNumbers(boxCount * 4, 1).map((value) => value * 0.5);
  const logits = normalNumbers(boxCount * width, 2);
  const cluster = 8;
  const period = Math.round(cluster / objectShare);
  for (let box = 0; box < boxCount; box++) {
    const isObject = box % period < cluster;
    const row = box * width;
    logits[row]! += isObject ? 0 : 7;
    if (isObject) logits[row + 1 + (Math.floor(box / period) % spec.classes.length)]! += 4;
  }
  return { offsets, logits };
}

function caseOf(name: string, objectShare: number): BenchmarkCase {
  return {
    name,
    variants: [
      {
        name: 'windshield',
        prepare() {
          const { offsets, logits } = outputs(objectShare);
          const decoder = createSsdDecoder(spec);
          const list = createDetectionList(spec.maxDetections);
          decoder.decode(offsets, logits, list);
          return {
            run: () => decoder.decode(offsets, logits, list),
            note: `${list.count} detections of ${boxCount} default boxes`,
          };
        },
      },
      {
        name: 'numpy and OpenCV',
        isReference: true,
        whyNot: () => whyNoPython('python3-opencv', 'cv2', 'numpy'),
        command({ warmUp, samples }) {
          const { offsets, logits } = outputs(objectShare);
          const boxes = createSsdDecoder(spec).defaultBoxes;
          const dir = temporaryFiles({
            'offsets.f32': offsets,
            'logits.f32': logits,
            'boxes.f32': boxes,
          });
          const counts = [String(Math.min(warmUp, 20)), String(samples)];
          return pythonCommand(peerScript, dir, JSON.stringify(spec), ...counts);
        },
      },
    ],
  };
}

await runBenchmark({
  name: 'ssd-decode',
  operation: 'softmax, threshold and non-maximum suppression by class over all default boxes',
  warmUp: 200,
  samples: 400,
  cases: () => [caseOf('road', 0.01), caseOf('crowd', 0.1)],
});
