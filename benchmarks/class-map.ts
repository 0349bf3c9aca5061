import type { SegmentationOutputSpec } from '../src/bundle/output-spec.js';
import { createSegmentationDecoder } from '../src/perception/segmentation/segmentation-decoder.js';
import { pythonCommand, whyNoPython } from './harness/python.js';
import { normalNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';
import { temporaryFiles } from './harness/temporary-files.js';

// From a segmentation network's scores to run lengths, class shares and free space.
const peerScript = new URL('../../benchmarks/peers/numpy_class_map.py', import.meta.url);
const widthPx = 480;
const heightPx = 360;
const classCount = 11;

const spec: SegmentationOutputSpec = {
  kind: 'segmentation',
  scores: 'scores',
  classes: Array.from({ length: classCount }, (_, i) => `class ${i}`),
  paletteRgb: Array.from({ length: classCount }, () => [0, 0, 0]),
  drivable: ['class 3'],
};

/** Planes of scores with class regions that have ragged edges, like a network's. */
function scores(): Float32Array {
  const values = normalNumbers(classCount * widthPx * heightPx, 3);
  for (let row = 0, i = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++, i++) {
      const patch = (Math.floor((column + (row % 5)) / 60) * 3 + Math.floor(row / 45)) % classCount;
      values[patch * widthPx * heightPx + i]! += 6;
    }
  }
  return values;
}

await runBenchmark({
  name: 'class-map',
  operation: `class map of ${widthPx}x${heightPx} from ${classCount} planes of scores, its runs and class shares; ours also the free space`,
  warmUp: 60,
  samples: 200,
  cases: () => [
    {
      name: 'patches',
      variants: [
        {
          name: 'windshield',
          prepare() {
            const planes = scores();
            const decoder = createSegmentationDecoder(spec, widthPx, heightPx);
            const runs = decoder.decode(planes).runLengths.length;
            return { run: () => decoder.decode(planes), note: `${runs} runs` };
          },
        },
        {
          name: 'numpy',
          isReference: true,
          whyNot: () => whyNoPython('python3-numpy', 'numpy'),
          command: ({ warmUp, samples }) =>
            pythonCommand(
              peerScript,
              `${temporaryFiles({ 'scores.f32': scores() })}/scores.f32`,
              String(classCount),
              String(warmUp),
              String(samples),
            ),
        },
      ],
    },
  ],
});
