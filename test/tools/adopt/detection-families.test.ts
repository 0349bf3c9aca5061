import { describe, expect, it } from 'vitest';
import type { OnnxData } from '../../../src/onnx/onnx-graph.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import {
  adoptDetector,
  type DetectorChoices,
  knowDetector,
} from '../../../tools/adopt/adopt-detector.js';
import { coco91Classes } from '../../../tools/adopt/class-names.js';
import { parseNetwork } from '../../../tools/adopt/network-file.js';
import { BundleRunner } from '../../../tools/evaluate/bundle-runner.js';

/** Every network here sees 64x64: 8x8, 4x4 and 2x2 cells at strides 8, 16 and 32, 84 together. */
const edgePx = 64;
const cells = 84;

interface Output {
  name: string;
  shape: number[];
  data: OnnxData;
}
interface Case {
  family: string;
  /** What tells one reading of a family from another. */
  of: string;
  outputs: Output[];
  input?: 'nhwc uint8' | 'with sizes';
  /** The one box, pixels of the input, worked out on paper, and its score. */
  boxPx: [number, number, number, number];
  score: number;
  choices?: Partial<DetectorChoices>;
}

const filled = (shape: number[], value: number) =>
  new Float32Array(shape.reduce((a, b) => a * b)).fill(value);
/** Rows of `width` values, all `base` but one. */
function rows(name: string, count: number, base: number[], at: number, row: number[]): Output {
  const data = Float32Array.from({ length: count * base.length }, (_, i) => base[i % base.length]!);
  data.set(row, at * base.length);
  return { name, shape: [1, count, base.length], data };
}
/** Channels of a map, all `base` but one place. */
function planes(shape: number[], base: number[], at: number, place: number[]): Float32Array {
  const [channels, area] = [shape[1]!, shape.slice(2).reduce((a, b) => a * b)];
  const data = filled(shape, 0);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < area; i++) data[c * area + i] = i === at ? place[c]! : base[c]!;
  return data;
}
/** Eight bins of a side's distribution, all of it on one of them. */
const peak = (bin: number) => Array.from({ length: 8 }, (_, i) => (i === bin ? 60 : -60));

/** Row 1, column 2 of the 8x8 level is its tenth cell: its corner lies at (16, 8), its middle at (20, 12). */
const cell = 10;
const two = ['car', 'bus'];

const cases: Case[] = [
  {
    family: 'yolox',
    of: 'in cells',
    // Centre ((2 + 0.5) * 8, (1 + 0.25) * 8) = (20, 10), size 8 * e^ln2 x 8 * e^0.
    outputs: [
      rows('output', cells, [0, 0, -1, -1, 0.01, 0, 0], cell, [
        0.5,
        0.25,
        Math.log(2),
        0,
        0.9,
        0.8,
        0.1,
      ]),
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.72,
  },
  {
    family: 'yolox',
    of: 'decoded inside',
    outputs: [
      rows('output', cells, [0, 0, 9, 9, 0.01, 0, 0], cell, [20, 10, 16, 8, 0.9, 0.8, 0.1]),
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.72,
  },
  {
    family: 'yolov5',
    of: 'three boxes a cell',
    outputs: [
      rows('output', 3 * cells, [9, 9, 9, 9, 0.01, 0, 0], 100, [20, 10, 16, 8, 0.9, 0.8, 0.1]),
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.72,
  },
  {
    family: 'anchors',
    of: 'undecoded',
    // Logits: logistic(0) = 0.5, so the centre lies half a cell in and the size is the anchor's own. Anchor 1 is 16 x 30.
    outputs: [8, 4, 2].map((count, level) => {
      const shape = [1, 3, count, count, 7];
      const data = filled(shape, -9);
      // Row 1, column 2 of the second anchor on the finest level.
      if (level === 0) data.set([0, 0, 0, 0, Math.log(9), Math.log(4), -9], (64 + cell) * 7);
      return { name: `head${level}`, shape, data };
    }),
    // Centre (20, 12); what lies above the picture is cut off.
    boxPx: [12, 0, 28, 27],
    score: 0.9 * 0.8,
    choices: {
      anchorsPx: [
        [
          [10, 13],
          [16, 30],
          [33, 23],
        ],
        [
          [30, 61],
          [62, 45],
          [59, 119],
        ],
        [
          [116, 90],
          [156, 198],
          [373, 326],
        ],
      ],
    },
  },
  {
    family: 'ultralytics',
    of: 'channels first',
    outputs: [
      {
        name: 'output0',
        shape: [1, 6, cells],
        data: planes([1, 6, cells], [9, 9, 9, 9, 0.01, 0.01], cell, [20, 10, 16, 8, 0.1, 0.8]),
      },
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'nanodet',
    of: 'three levels',
    // From the middle (20, 12): 1, 1, 2 and 1 steps of 8 px to the left, up, right and down.
    outputs: [64, 16, 4].flatMap((count, level): Output[] => {
      const at = level === 0 ? cell : 0;
      const here = level === 0 ? [0.1, 0.8] : [0, 0];
      const sides = [1, 1, 2, 1].flatMap(peak);
      return [
        rows(`scores${level}`, count, [0, 0], at, here),
        rows(`distances${level}`, count, [0, 0, 0, 0].flatMap(peak), at, sides),
      ];
    }),
    boxPx: [12, 4, 36, 20],
    score: 0.8,
  },
  {
    family: 'nanodet-plus',
    of: 'one output, points in the corner',
    outputs: [
      rows('output', cells + 1, [0, 0, ...[0, 0, 0, 0].flatMap(peak)], cell, [
        ...[0.1, 0.8],
        ...[1, 1, 2, 1].flatMap(peak),
      ]),
    ],
    boxPx: [8, 0, 32, 16],
    score: 0.8,
  },
  {
    family: 'fastestdet',
    of: 'one box a cell',
    // Cell (1, 2) of 4x4: centre (2 + 0.5, 1 + 0.5) * 16 = (40, 24), size logistic(0) * 64 = 32.
    outputs: [
      {
        name: 'output',
        shape: [1, 7, 4, 4],
        data: planes([1, 7, 4, 4], [0, 0, 0, 0, 0, 0, 0], 6, [
          0.9,
          Math.atanh(0.5),
          Math.atanh(0.5),
          0,
          0,
          0.1,
          0.8,
        ]),
      },
    ],
    boxPx: [24, 8, 56, 40],
    score: 0.9 ** 0.6 * 0.8 ** 0.4,
  },
  {
    family: 'end-to-end',
    of: 'six numbers',
    outputs: [rows('output0', 10, [0, 0, 0, 0, 0, 0], 3, [12, 6, 28, 14, 0.8, 1])],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'end-to-end',
    of: 'seven numbers',
    outputs: [{ name: 'output', shape: [1, 7], data: Float32Array.of(0, 12, 6, 28, 14, 1, 0.8) }],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'detr',
    of: 'softmax',
    // Centre and size in shares of 64; softmax over two classes and nothing: 8 / (1 + 8 + 1).
    outputs: [
      rows('logits', 5, [0, 0, 9], 2, [0, Math.log(8), 0]),
      rows('pred_boxes', 5, [0.5, 0.5, 0.5, 0.5], 2, [20 / 64, 10 / 64, 16 / 64, 8 / 64]),
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'detr',
    of: 'each class for itself',
    outputs: [
      rows('logits', 5, [-9, -9], 2, [-9, Math.log(4)]),
      rows('pred_boxes', 5, [0.5, 0.5, 0.5, 0.5], 2, [20 / 64, 10 / 64, 16 / 64, 8 / 64]),
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  ...(['as torchvision gives them', 'with sizes'] as const).map(
    (of): Case => ({
      family: 'chosen-boxes',
      of,
      outputs: [
        { name: 'labels', shape: [1, 3], data: BigInt64Array.of(0n, 1n, 0n) },
        rows('boxes', 3, [0, 0, 0, 0], 1, [12, 6, 28, 14]),
        { name: 'scores', shape: [1, 3], data: Float32Array.of(0.1, 0.8, 0.1) },
      ],
      boxPx: [12, 6, 28, 14],
      score: 0.8,
      ...(of === 'with sizes' && { input: of }),
    }),
  ),
  {
    family: 'mmdetection',
    of: 'score in the fifth column',
    outputs: [
      rows('dets', 3, [0, 0, 0, 0, 0], 1, [12, 6, 28, 14, 0.8]),
      { name: 'labels', shape: [1, 3], data: BigInt64Array.of(0n, 1n, 0n) },
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'tensorflow',
    of: 'bytes in, top first',
    input: 'nhwc uint8',
    outputs: [
      rows('detection_boxes', 3, [0, 0, 0, 0], 1, [6 / 64, 12 / 64, 14 / 64, 28 / 64]),
      { name: 'detection_classes', shape: [1, 3], data: Float32Array.of(1, 2, 1) },
      { name: 'detection_scores', shape: [1, 3], data: Float32Array.of(0.1, 0.8, 0.1) },
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
  },
  {
    family: 'tensorflow',
    of: 'with the names of COCO’s own numbering, in which a bus is 6',
    input: 'nhwc uint8',
    outputs: [
      rows('detection_boxes', 3, [0, 0, 0, 0], 1, [6 / 64, 12 / 64, 14 / 64, 28 / 64]),
      { name: 'detection_classes', shape: [1, 3], data: Float32Array.of(1, 6, 1) },
      { name: 'detection_scores', shape: [1, 3], data: Float32Array.of(0.1, 0.8, 0.1) },
    ],
    boxPx: [12, 6, 28, 14],
    score: 0.8,
    choices: { classNames: coco91Classes },
  },
];

/** A network that answers so to every picture: each value and nothing of the picture. */
function networkOf({ outputs, input }: Case): Uint8Array {
  const graph = new OnnxGraph('fixed');
  if (input === 'nhwc uint8') graph.input('image_tensor', [1, edgePx, edgePx, 3], 'uint8');
  else graph.input('images', [1, 3, edgePx, edgePx]);
  if (input === 'with sizes') graph.input('orig_target_sizes', [1, 2], 'int64');
  const picture =
    input === 'nhwc uint8' ? graph.node('Cast', ['image_tensor'], { to: 1 }) : 'images';
  const mean = graph.node('ReduceMean', [picture], { axes: [0, 1, 2, 3], keepdims: 0 });
  const nothing = graph.node('Mul', [mean, graph.scalar('zero', 0)]);
  for (const { name, shape, data } of outputs) {
    const values = graph.constant(name, shape, data);
    if (data instanceof Float32Array) graph.node('Add', [values, nothing], {}, name);
    else graph.node('Identity', [values], {}, name);
    graph.output(name, shape, data instanceof Float32Array ? 'float32' : 'int64');
  }
  return graph.toBytes();
}

describe.each(cases)('a tiny network of $family, $of', (one) => {
  const own: DetectorChoices = {
    classNames: two,
    classMap: { car: 'car', bus: 'bus' },
    unmapped: 'drop',
    feeding: {},
    scoreThreshold: 0.3,
    nms: { method: 'hard', iou: 0.5, byClass: true },
    maxDetections: 50,
    name: 'tiny',
    version: '1.0.0',
    from: 'tiny.onnx',
    licence: 'MIT',
    command: 'none',
    ...one.choices,
  };

  it('is recognised, and its box lies where paper says', async () => {
    const known = knowDetector(await parseNetwork(networkOf(one), 'tiny.onnx'), own);
    expect(known.family).toBe(one.family);
    const { bundle } = await adoptDetector(known, own, []);
    const runner = await BundleRunner.open(bundle, undefined);
    const data = new Uint8Array(edgePx * edgePx * 3).fill(90);
    const result = await runner.run({ widthPx: edgePx, heightPx: edgePx, data });
    await runner.dispose();
    if (result.stage !== 'detection') throw new Error(`expected boxes, found ${result.stage}`);
    expect(result.detections).toHaveLength(1);
    const [{ boxXyxyPx, score, classId }] = result.detections as [(typeof result.detections)[0]];
    for (const [side, edge] of one.boxPx.entries()) expect(boxXyxyPx[side]).toBeCloseTo(edge, 3);
    expect(score).toBeCloseTo(one.score, 5);
    const hasFirstClass = ['yolox', 'yolov5', 'anchors'].includes(one.family);
    expect(two[classId]).toBe(hasFirstClass ? 'car' : 'bus');
  });
});

it('refuses a range for an input of bytes, which are fed as they are', async () => {
  const bytesIn = cases.find(({ input }) => input === 'nhwc uint8')!;
  const own: DetectorChoices = {
    ...{ classNames: two, unmapped: 'drop', feeding: { range: '0..1' }, scoreThreshold: 0.3 },
    ...{ nms: { method: 'none' }, maxDetections: 50, name: 'tiny', version: '1.0.0' },
    ...{ from: 'tiny.onnx', licence: 'MIT', command: 'none' },
  };
  const known = knowDetector(await parseNetwork(networkOf(bytesIn), 'tiny.onnx'), own);
  const data = new Uint8Array(edgePx * edgePx * 3).fill(90);
  const image = { widthPx: edgePx, heightPx: edgePx, data };
  for (const pictures of [[], [{ id: 'a', image }]])
    await expect(adoptDetector(known, own, pictures)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('--range: expected 0..255'),
    });
});
