import type { CandidateOutputSpec } from '../src/bundle/detection-spec.js';
import { createDetectionDecoder } from '../src/perception/detection/detection-decoders.js';
import { createDetectionList } from '../src/perception/detection/detection-list.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { normalNumbers } from './harness/random.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Decoding and suppression for the largest heads of common detectors: 640x640, 80 classes.
const edgePx = 640;
const classNames = Array.from({ length: 80 }, (_, i) => `class ${i}`);
const common = {
  classes: classNames,
  networkClasses: classNames.map((name) => ({ name, as: name })),
  scoreThreshold: 0.3,
  nms: { method: 'hard', iou: 0.5, byClass: true } as const,
  maxDetections: 100,
};

interface Head {
  name: string;
  spec: CandidateOutputSpec;
  count: number;
  /** Number of values per candidate, and the index of value `channel` of candidate `i`. */
  width: number;
  place(i: number, channel: number): number;
  scoreFrom: number;
}

const heads: readonly Head[] = [
  {
    name: 'anchor-free, 8,400 x 84, channels first',
    spec: {
      kind: 'anchor-free',
      output: 'o',
      order: 'channels-first',
      boxes: 'pixels',
      corners: 'cxcywh',
      scores: 'probability',
      ...common,
    },
    count: 8400,
    width: 84,
    place: (i, channel) => channel * 8400 + i,
    scoreFrom: 4,
  },
  {
    name: 'grid with objectness, 25,200 x 85',
    spec: {
      kind: 'grid',
      output: 'o',
      boxes: 'pixels',
      stridesPx: [8, 16, 32],
      scores: 'probability',
      ...common,
    },
    count: 25_200,
    width: 85,
    place: (i, channel) => i * 85 + channel,
    scoreFrom: 4,
  },
];

/** Low scores everywhere, and clusters of eight sure candidates around 30 objects. */
function outputOf({ count, width, place, scoreFrom }: Head): Float32Array {
  const noise = normalNumbers(count * width, 1);
  const values = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const object = Math.floor((i * 30) / count);
    const isSure = i % Math.floor(count / 30) < 8;
    for (let channel = 0; channel < width; channel++) {
      const at = place(i, channel);
      const wobble = noise[at]!;
      if (channel < 2) values[at] = 40 + ((object * 97) % 560) + wobble * 2;
      else if (channel < 4) values[at] = 60 + wobble * 2;
      else values[at] = Math.min(0.2, Math.abs(wobble) * 0.02);
      const isClass = channel === scoreFrom || channel === scoreFrom + 1 + (object % 79);
      if (isSure && channel >= 4 && isClass)
        values[at] = 0.8 + Math.min(0.19, Math.abs(wobble) * 0.05);
    }
  }
  return values;
}

const caseOf = (head: Head): BenchmarkCase => ({
  name: head.name,
  variants: [
    {
      name: 'windshield',
      prepare() {
        const isFirst = head.spec.kind === 'anchor-free';
        const shape = isFirst ? [1, head.width, head.count] : [1, head.count, head.width];
        const decoder = createDetectionDecoder(head.spec, {
          input: {
            tensor: { name: 'i', dtype: 'float32', shape: [1, 3, edgePx, edgePx] },
            spec: {
              regionNorm: [0, 0, 1, 1],
              fit: 'letterbox',
              widthPx: edgePx,
              heightPx: edgePx,
              colour: 'rgb',
              layout: 'nchw',
              mean: [0, 0, 0],
              scale: [1 / 255, 1 / 255, 1 / 255],
              padValue: 114,
            },
          },
          outputs: [{ name: 'o', dtype: 'float32', shape }],
        });
        const list = createDetectionList(common.maxDetections);
        const outputs = { o: outputOf(head) };
        decoder.decode(outputs, list);
        return {
          run: () => decoder.decode(outputs, list),
          note: `${list.count} detections of ${head.count} candidates`,
        };
      },
    },
  ],
});

await runBenchmark({
  name: 'detection-decode',
  operation: 'best class, threshold and non-maximum suppression over all candidates, 80 classes',
  warmUp: 200,
  samples: 1000,
  cases: () => heads.map(caseOf),
});
