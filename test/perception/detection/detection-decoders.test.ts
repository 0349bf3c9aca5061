import { describe, expect, it } from 'vitest';
import { detectionOutputs } from '../../../src/bundle/detection-shapes.js';
import type { CandidateOutputSpec, NmsSpec } from '../../../src/bundle/detection-spec.js';
import { elementCount, mulberry32 } from '../../../src/bundle/golden.js';
import { createDetectionDecoder } from '../../../src/perception/detection/detection-decoders.js';
import { createDetectionList } from '../../../src/perception/detection/detection-list.js';
import { inputSpec } from '../../support/frames.js';
import { type SlowTensor, slowDetections } from './slow-decoders.js';

const size = { widthPx: 64, heightPx: 40 };
const common = {
  classes: ['car', 'pedestrian'],
  networkClasses: [
    { name: 'person', as: 'pedestrian' },
    { name: 'bird' },
    { name: 'car', as: 'car' },
    { name: 'van', as: 'car' },
  ],
  scoreThreshold: 0.3,
  nms: { method: 'hard', iou: 0.5, byClass: true } as NmsSpec,
  maxDetections: 30,
};
const hard: NmsSpec[] = [
  { method: 'hard', iou: 0.5, byClass: true },
  { method: 'hard', iou: 0.3, byClass: false },
  { method: 'soft', sigma: 0.5, byClass: true },
  { method: 'soft', sigma: 0.3, byClass: false },
  { method: 'none' },
];

/** A spec, how its values are spread, and the sizes that its schema leaves open. */
interface Case {
  name: string;
  spec: CandidateOutputSpec;
  open?: number[];
  value: (name: string, channel: number, next: () => number) => number;
}
const spread = (low: number, high: number, next: () => number) => low + (high - low) * next();
const boxThenScore = (low: number, high: number, first: number) =>
  ((_, channel, next) => (channel < first ? spread(low, high, next) : next())) as Case['value'];

const cases: Case[] = [
  {
    name: 'grid, cells, probabilities',
    spec: {
      kind: 'grid',
      output: 'o',
      boxes: 'cells',
      stridesPx: [8, 16],
      scores: 'probability',
      ...common,
    },
    value: boxThenScore(-1, 1.5, 4),
  },
  {
    name: 'grid, pixels, logits',
    spec: {
      kind: 'grid',
      output: 'o',
      boxes: 'pixels',
      stridesPx: [8],
      scores: 'logit',
      ...common,
    },
    open: [60],
    value: (_, channel, next) => (channel < 4 ? spread(5, 40, next) : spread(-4, 4, next)),
  },
  ...(['square', 'exponential'] as const).map(
    (boxes): Case => ({
      name: `anchors, undecoded, ${boxes}`,
      spec: {
        kind: 'anchors',
        levels: [
          {
            output: 'a',
            stridePx: 8,
            anchorsPx: [
              [10, 13],
              [16, 30],
            ],
          },
          {
            output: 'b',
            stridePx: 16,
            anchorsPx: [
              [30, 20],
              [25, 28],
            ],
          },
        ],
        order: boxes === 'square' ? 'values-last' : 'channels-first',
        boxes,
        scores: 'logit',
        ...common,
      },
      // Channels of both anchors follow each other where they come first.
      value: (_, channel, next) => (channel % 9 < 4 ? spread(-2, 1.5, next) : spread(-4, 3, next)),
    }),
  ),
  {
    name: 'anchor-free, channels first',
    spec: {
      kind: 'anchor-free',
      output: 'o',
      order: 'channels-first',
      boxes: 'pixels',
      corners: 'cxcywh',
      scores: 'probability',
      ...common,
    },
    open: [70],
    value: (_, channel, next) => (channel < 4 ? spread(5, 40, next) : next() ** 3),
  },
  {
    name: 'anchor-free, channels last, logits, corners',
    spec: {
      kind: 'anchor-free',
      output: 'o',
      order: 'channels-last',
      boxes: 'shares',
      corners: 'xyxy',
      scores: 'logit',
      ...common,
    },
    open: [70],
    value: (_, channel, next) =>
      channel < 2 ? spread(0, 0.5, next) : channel < 4 ? spread(0.4, 1, next) : spread(-4, 3, next),
  },
  {
    name: 'distribution, levels apart',
    spec: {
      kind: 'distribution',
      levels: [
        { scores: 's8', distances: 'd8', stridePx: 8 },
        { scores: 's16', distances: 'd16', stridePx: 16 },
      ],
      bins: 6,
      point: 'middle',
      scores: 'probability',
      ...common,
    },
    value: (name, _, next) => (name.startsWith('s') ? next() ** 3 : spread(-3, 3, next)),
  },
  {
    name: 'distribution, joined, logits',
    spec: {
      kind: 'distribution',
      levels: [8, 16, 32].map((stridePx) => ({ scores: 'o', distances: 'o', stridePx })),
      bins: 8,
      point: 'corner',
      scores: 'logit',
      ...common,
    },
    value: (_, channel, next) => (channel < 4 ? spread(-5, 3, next) : spread(-3, 3, next)),
  },
  {
    name: 'cell',
    spec: { kind: 'cell', output: 'o', ...common },
    open: [5, 8],
    value: (_, channel, next) => (channel >= 1 && channel < 5 ? spread(-2, 2, next) : next()),
  },
  {
    name: 'end-to-end, six numbers',
    spec: {
      kind: 'end-to-end',
      output: 'o',
      columns: 'box-score-class',
      boxes: 'pixels',
      maxCandidates: 40,
      ...common,
    },
    open: [40],
    value: (_, channel, next) =>
      channel === 5
        ? Math.floor(next() * 5)
        : channel === 4
          ? next()
          : channel < 2
            ? spread(0, 30, next)
            : spread(25, 60, next),
  },
  {
    name: 'end-to-end, seven numbers',
    spec: {
      kind: 'end-to-end',
      output: 'o',
      columns: 'batch-box-class-score',
      boxes: 'pixels',
      maxCandidates: 40,
      ...common,
    },
    open: [40],
    value: (_, channel, next) =>
      channel === 0
        ? 0
        : channel === 5
          ? Math.floor(next() * 4)
          : channel === 6
            ? next()
            : channel < 3
              ? spread(0, 30, next)
              : spread(25, 60, next),
  },
  {
    name: 'queries, softmax',
    spec: { kind: 'queries', logits: 'l', boxes: 'b', activation: 'softmax', ...common },
    open: [50],
    value: (name, _, next) => (name === 'l' ? spread(-3, 3, next) : spread(0.1, 0.6, next)),
  },
  {
    name: 'queries, each class for itself',
    spec: { kind: 'queries', logits: 'l', boxes: 'b', activation: 'logistic', ...common },
    open: [50],
    value: (name, _, next) => (name === 'l' ? spread(-4, 2, next) : spread(0.1, 0.6, next)),
  },
  {
    name: 'boxes that were chosen, as TensorFlow gives them',
    spec: {
      kind: 'nms-inside',
      boxes: 'b',
      scores: 's',
      labels: 'l',
      corners: 'yxyx',
      units: 'shares',
      firstLabel: 1,
      maxCandidates: 40,
      ...common,
    },
    open: [40],
    value: (name, channel, next) =>
      name === 's'
        ? next()
        : name === 'l'
          ? 1 + Math.floor(next() * 5)
          : channel < 2
            ? spread(0, 0.5, next)
            : spread(0.4, 1, next),
  },
  {
    name: 'boxes that were chosen, as MMDetection gives them',
    spec: {
      kind: 'nms-inside',
      boxes: 'b',
      labels: 'l',
      corners: 'xyxy',
      units: 'pixels',
      firstLabel: 0,
      maxCandidates: 40,
      ...common,
    },
    open: [40],
    value: (name, channel, next) =>
      name === 'l'
        ? Math.floor(next() * 4)
        : channel === 4
          ? next()
          : channel < 2
            ? spread(0, 30, next)
            : spread(25, 60, next),
  },
];

/** Random outputs of a case, of the shapes that the bundle's check asks for. */
function randomOutputs({ spec, open = [], value }: Case, seed: number) {
  const next = mulberry32(seed);
  const shapes = detectionOutputs(spec, inputSpec(size), []).map(([name, shape]) => {
    const left = [...open];
    return { name, shape: shape.map((length) => Number(length ?? left.shift())) };
  });
  const tensors: Record<string, SlowTensor> = {};
  for (const { name, shape } of shapes) {
    const isFirst =
      spec.kind === 'cell' ||
      ((spec.kind === 'anchor-free' || spec.kind === 'anchors') && spec.order === 'channels-first');
    const axis = isFirst ? 1 : shape.length - 1;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: elementCount(shape) }, (_, i) =>
      value(name, Math.floor(i / inner) % shape[axis]!, next),
    );
    tensors[name] = { dims: shape, data };
  }
  return { shapes, tensors };
}

function decoderFor(spec: CandidateOutputSpec, shapes: { name: string; shape: number[] }[]) {
  return createDetectionDecoder(spec, {
    input: {
      tensor: { name: 'i', dtype: 'float32', shape: [1, 3, size.heightPx, size.widthPx] },
      spec: inputSpec(size),
    },
    outputs: shapes.map((output) => ({ ...output, dtype: 'float32' })),
  });
}

const dataOf = (tensors: Record<string, SlowTensor>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));

describe.each(cases)('the decoder of $name', (one) => {
  it('equals the slow way on 1,000 random outputs', () => {
    const list = createDetectionList(30);
    let found = 0;
    const decoders = hard.map((nms) => ({ spec: { ...one.spec, nms } as CandidateOutputSpec }));
    for (let seed = 0; seed < 1000; seed++) {
      const { spec } = decoders[seed % hard.length]!;
      const { shapes, tensors } = randomOutputs(one, seed);
      decoderFor(spec, shapes).decode(dataOf(tensors), list);
      const expected = slowDetections(spec, tensors, size);
      const shown = expected.map(({ classId, score }) => `${classId} ${score.toFixed(4)}`);
      const places = Array.from({ length: list.count }, (_, i) => i);
      expect(places.map((i) => `${list.classIds[i]} ${list.scores[i]!.toFixed(4)}`)).toEqual(shown);
      const differences = expected.flatMap(({ box }, i) =>
        box.map((edge, side) => Math.abs(list.boxesXyxyNorm[i * 4 + side]! - edge)),
      );
      expect(Math.max(0, ...differences)).toBeLessThan(1e-4);
      found += list.count;
    }
    expect(found).toBeGreaterThan(1000);
  });

  it('makes no detection of values that are no number, and leaves nothing for the next frame', () => {
    const { shapes, tensors } = randomOutputs(one, 1);
    const decoder = decoderFor(one.spec, shapes);
    const list = createDetectionList(30);
    decoder.decode(dataOf(tensors), list);
    const before = list.count;
    expect(before).toBeGreaterThan(0);
    const broken = Object.fromEntries(
      Object.entries(tensors).map(([name, { data }]) => [name, data.map(() => Number.NaN)]),
    );
    decoder.decode(broken, list);
    expect(list.count).toBe(0);
    decoder.decode(dataOf(tensors), list);
    expect(list.count).toBe(before);
  });
});

describe('arithmetic on paper', () => {
  it('places a cell’s box where its row and column say', () => {
    const spec: CandidateOutputSpec = {
      kind: 'grid',
      output: 'o',
      boxes: 'cells',
      stridesPx: [8],
      scores: 'probability',
      ...common,
    };
    // 8 columns and 5 rows; cell 10 is row 1, column 2: centre ((2 + 0.5) * 8, (1 + 0.25) * 8) = (20, 10), size 16 x 8.
    const data = new Float32Array(40 * 9);
    data.set([0.5, 0.25, Math.log(2), 0, 0.9, 0, 0, 0.8, 0], 10 * 9);
    const list = createDetectionList(30);
    decoderFor(spec, [{ name: 'o', shape: [1, 40, 9] }]).decode({ o: data }, list);
    expect(list.count).toBe(1);
    expect(list.classIds[0]).toBe(0);
    expect(list.scores[0]).toBeCloseTo(0.72, 6);
    const px = Array.from(list.boxesXyxyNorm.subarray(0, 4), (v, i) => v * (i % 2 ? 40 : 64));
    for (const [i, edge] of [12, 6, 28, 14].entries()) expect(px[i]).toBeCloseTo(edge, 4);
  });
});
