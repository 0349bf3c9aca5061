import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { candidatesOf } from '../../src/bundle/check-shapes.js';
import type { CropOutputSpec } from '../../src/bundle/crop-spec.js';
import { goldenInput } from '../../src/bundle/golden.js';
import type { Golden, LabelledTask, Manifest } from '../../src/bundle/manifest.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';

/**
 * Four bundles of a few weights each, made to be understood: a red quarter of the picture is a traffic sign,
 * a blue one is a car; a red crop reads `stop`; red pixels are `road`, blue ones `sky`; and the wheels turn
 * with the redness less the blueness.
 */
export async function writeTinyBundles(dir: string): Promise<Record<LabelledTask, string>> {
  const dirs = Object.fromEntries(
    await Promise.all(
      Object.values(tinyNetworks).map(async (network) => {
        const { task } = network.manifest;
        const bundleDir = join(dir, task);
        await writeBundle(bundleDir, network);
        return [task, bundleDir];
      }),
    ),
  );
  return dirs as Record<LabelledTask, string>;
}

/**
 * A detector as `windshield adopt` leaves many: it reads bytes, colours last, and the picture's size as a second input;
 * it suppresses boxes itself and answers as many as there are, with scores of 16 bits and labels of 64. In a picture
 * that is not black it sees two cars.
 */
export async function writeAdoptedDetector(dir: string): Promise<void> {
  await writeBundle(dir, suppressesItself());
}

interface TinyNetwork {
  graph: OnnxGraph;
  manifest: Pick<Manifest, 'task' | 'input' | 'outputs' | 'decode'>;
}

/** A steering bundle that answers as the tiny one does, but multiplies matrices for a tenth of a second or longer. */
export async function writeSlowSteering(dir: string, matrixEdge = 1024): Promise<void> {
  await writeBundle(dir, steering(matrixEdge));
}

/** A second classifier of crops: what the tiny sign network reads as `stop` is `red` light. */
export async function writeTinyLights(dir: string): Promise<void> {
  await writeBundle(dir, crops('lights', ['red', 'green', 'blue']));
}

/** Values 0..255 become 0..1. */
const inputOf = (widthPx: number, heightPx: number, batch: number | string): Manifest['input'] => ({
  tensor: { name: 'image', dtype: 'float32', shape: [batch, 3, heightPx, widthPx] },
  spec: {
    regionNorm: [0, 0, 1, 1],
    fit: 'stretch',
    widthPx,
    heightPx,
    colour: 'rgb',
    layout: 'nchw',
    mean: [0, 0, 0],
    scale: [1 / 255, 1 / 255, 1 / 255],
    padValue: 0,
  },
});
const tensor = (name: string, shape: (number | string)[]) => ({
  name,
  dtype: 'float32' as const,
  shape,
});

/** A convolution that averages each channel over its window: weights[out] = [red, green, blue]. */
function mix(graph: OnnxGraph, weights: number[][], bias: number[], windowPx: number): string {
  const area = windowPx * windowPx;
  const values = weights.flatMap((rgb) => rgb.flatMap((w) => new Array(area).fill(w / area)));
  return graph.node(
    'Conv',
    [
      'image',
      graph.constant('w', [weights.length, 3, windowPx, windowPx], Float32Array.from(values)),
      graph.constant('b', [weights.length], Float32Array.from(bias)),
    ],
    { kernel_shape: [windowPx, windowPx], strides: [windowPx, windowPx] },
  );
}

/** `ballast`: the edge of two square matrices that are multiplied, thrice, and come to nothing. */
function steering(ballast = 0): TinyNetwork {
  const graph = new OnnxGraph('steering');
  const input = inputOf(20, 10, 1);
  graph.input('image', input.tensor.shape);
  const mean = graph.node('ReduceMean', ['image'], { axes: [2, 3], keepdims: 0 });
  const weights = graph.constant('w', [3, 1], Float32Array.of(1, 0, -1));
  const angle = graph.node('MatMul', [mean, weights]);
  const rest = ballast > 0 ? nothing(graph, angle, ballast) : graph.scalar('zero', 0);
  graph.node('Add', [angle, rest], {}, 'steering');
  graph.output('steering', [1, 1]);
  return {
    graph,
    manifest: {
      task: 'steering',
      input,
      outputs: [tensor('steering', [1, 1])],
      decode: {
        kind: 'steering',
        steering: 'steering',
        radPerUnit: 0.5,
        maxAngleRad: 0.6,
        maxRateRadPerS: 1,
        wheelbaseM: 2.7,
      },
    },
  };
}

/** A zero, [1, 1], that depends on `value` and takes three products of square matrices. */
function nothing(graph: OnnxGraph, value: string, edge: number): string {
  const shape = graph.ints('shape', [edge, edge]);
  const zeros = graph.node('ConstantOfShape', [shape]);
  let product = graph.node('Expand', [value, shape]);
  for (let i = 0; i < 3; i++) product = graph.node('MatMul', [product, zeros]);
  return graph.node('ReduceMean', [product], { axes: [0, 1], keepdims: 1 });
}

function detection(): TinyNetwork {
  const graph = new OnnxGraph('detection');
  const input = inputOf(32, 32, 1);
  graph.input('image', input.tensor.shape);
  const quiet = [0, 0, 0];
  // Four offsets, background, car, traffic_sign.
  const weights = [quiet, quiet, quiet, quiet, quiet, [-20, 0, 20], [20, 0, -20]];
  const map = mix(graph, weights, [0, 0, 0, 0, 6, 0, 0], 16);
  const rows = graph.node('Transpose', [map], { perm: [0, 2, 3, 1] });
  const flat = graph.node('Reshape', [rows, graph.ints('shape', [1, 4, 7])]);
  graph.nodes('Split', [flat, graph.ints('sizes', [4, 3])], 2, { axis: 2 }, ['offsets', 'logits']);
  graph.output('offsets', [1, 4, 4]);
  graph.output('logits', [1, 4, 3]);
  return {
    graph,
    manifest: {
      task: 'detection',
      input,
      outputs: [tensor('offsets', [1, 4, 4]), tensor('logits', [1, 4, 3])],
      decode: {
        kind: 'ssd',
        offsets: 'offsets',
        logits: 'logits',
        featureMaps: [{ rows: 2, columns: 2, boxSizesNorm: [[0.4, 0.4]] }],
        variances: [0.1, 0.2],
        classes: ['car', 'traffic_sign'],
        scoreThreshold: 0.5,
        nmsIou: 0.45,
        maxDetections: 10,
      },
    },
  };
}

function suppressesItself(): TinyNetwork {
  const graph = new OnnxGraph('adopted');
  const shape = [1, 24, 32, 3];
  graph.input('image', shape, 'uint8');
  graph.input('size', [1, 2], 'int64');
  const light = graph.node('ReduceMean', [graph.node('Cast', ['image'], { to: 1 })], {
    axes: [0, 1, 2, 3],
    keepdims: 0,
  });
  const size = graph.node('Cast', ['size'], { to: 1 });
  const shares = [0.1, 0.2, 0.3, 0.6, 0.5, 0.2, 0.9, 0.6, 0, 0, 1, 1];
  const boxes = graph.node('Mul', [
    graph.constant('boxes', [3, 4], Float32Array.from(shares)),
    graph.node('Concat', [size, size], { axis: 1 }),
  ]);
  const scores = graph.constant('scores', [3], Float32Array.of(0.9, 0.75, 0.25));
  const isCar = graph.node('Greater', [light, graph.scalar('black', 8)]);
  const label = graph.node('Cast', [isCar], { to: 7 });
  const labels = graph.node('Expand', [label, graph.ints('three', [3])]);
  const stays = graph.node('Greater', [scores, graph.scalar('least', 0.5)]);
  const kept = (values: string) => graph.node('Compress', [values, stays], { axis: 0 });
  graph.node('Identity', [kept(boxes)], {}, 'boxes');
  graph.node('Cast', [kept(scores)], { to: 10 }, 'scores');
  graph.node('Identity', [kept(labels)], {}, 'labels');
  graph.output('boxes', ['found', 4]);
  graph.output('scores', ['found'], 'float16');
  graph.output('labels', ['found'], 'int64');
  const { spec } = inputOf(32, 24, 1);
  return {
    graph,
    manifest: {
      task: 'detection',
      input: {
        tensor: { name: 'image', dtype: 'uint8', shape },
        spec: { ...spec, layout: 'nhwc', scale: [1, 1, 1] },
        constants: [{ name: 'size', dtype: 'int64', shape: [1, 2], values: [32, 24] }],
      },
      outputs: [
        tensor('boxes', ['found', 4]),
        { name: 'scores', dtype: 'float16', shape: ['found'] },
        { name: 'labels', dtype: 'int64', shape: ['found'] },
      ],
      decode: {
        kind: 'nms-inside',
        boxes: 'boxes',
        scores: 'scores',
        labels: 'labels',
        corners: 'xyxy',
        units: 'pixels',
        firstLabel: 0,
        maxCandidates: 5,
        classes: ['car', 'traffic_sign', 'traffic_light'],
        networkClasses: [
          { name: 'none' },
          { name: 'car', as: 'car' },
          { name: 'traffic_sign', as: 'traffic_sign' },
          { name: 'traffic_light', as: 'traffic_light' },
        ],
        scoreThreshold: 0.5,
        nms: { method: 'none' },
        maxDetections: 10,
      },
    },
  };
}

/** Says which of three colours a crop of a red or blue quarter is of most. */
function crops(kind: CropOutputSpec['kind'], classes: string[]): TinyNetwork {
  const graph = new OnnxGraph(kind);
  const input = inputOf(8, 8, 'batch');
  graph.input('image', input.tensor.shape);
  const mixed = mix(
    graph,
    [
      [9, 0, 0],
      [0, 9, 0],
      [0, 0, 9],
    ],
    [0, 0, 0],
    8,
  );
  graph.node('Flatten', [mixed], { axis: 1 }, 'logits');
  graph.output('logits', ['batch', 3]);
  return {
    graph,
    manifest: {
      task: kind,
      input,
      outputs: [tensor('logits', ['batch', 3])],
      decode: {
        kind,
        logits: 'logits',
        classes,
        temperature: 1,
        abstainBelow: 0.6,
        maxBatch: 4,
        cropFrom: 'traffic_sign',
        cropMarginNorm: 0.1,
      },
    },
  };
}

function segmentation(): TinyNetwork {
  const graph = new OnnxGraph('segmentation');
  const input = inputOf(32, 24, 1);
  graph.input('image', input.tensor.shape);
  const weights = graph.constant('w', [3, 3, 1, 1], Float32Array.of(1, 0, 0, 0, 0, 1, 0, 1, 0));
  graph.node('Conv', ['image', weights], { kernel_shape: [1, 1] }, 'scores');
  graph.output('scores', [1, 3, 24, 32]);
  return {
    graph,
    manifest: {
      task: 'segmentation',
      input,
      outputs: [tensor('scores', [1, 3, 24, 32])],
      decode: {
        kind: 'segmentation',
        scores: 'scores',
        classes: ['road', 'sky', 'tree'],
        paletteRgb: [
          [128, 64, 128],
          [128, 128, 128],
          [128, 128, 0],
        ],
        drivable: ['road'],
      },
    },
  };
}

const tinyNetworks: Record<LabelledTask, TinyNetwork> = {
  detection: detection(),
  signs: crops('signs', ['stop', 'yield', 'ahead_only']),
  segmentation: segmentation(),
  steering: steering(),
};

async function writeBundle(dir: string, { graph, manifest: facts }: TinyNetwork): Promise<void> {
  const network = graph.toBytes();
  const sha256 = createHash('sha256').update(network).digest('hex');
  const manifest: Manifest = {
    schemaVersion: 1,
    name: `tiny ${facts.task}`,
    version: '0.0.1',
    network: { file: 'model.onnx', sha256, parameters: 10 },
    ...facts,
    training: { data: [], seed: 1, command: 'none' },
    scores: {},
    tolerance: { cpu: 1e-4 },
  };
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'model.onnx'), network);
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(dir, 'golden.json'), JSON.stringify(await goldenOf(manifest, network)));
}

/** Runs the network once on its golden input and keeps every value. */
async function goldenOf(manifest: Manifest, network: Uint8Array): Promise<Golden> {
  const candidates = candidatesOf(manifest.decode) ?? 1;
  const sizes = (shape: (number | string)[]) =>
    shape.map((size) => (typeof size === 'string' ? candidates : size));
  const input = { seed: 5, minimum: 0, maximum: 1, shape: sizes(manifest.input.tensor.shape) };
  const unknown = { input, outputs: {} };
  const bundle = { manifest, golden: unknown, network, where: manifest.name };
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  session.input.set(goldenInput(unknown));
  await session.run();
  const outputs = manifest.outputs.map(({ name, shape }) => {
    const count = sizes(shape).reduce((a, b) => a * b);
    const values = Array.from(session.outputs[name]!.subarray(0, count));
    return [name, { shape: sizes(shape), indices: [...values.keys()], values }];
  });
  await session.dispose();
  return { input, outputs: Object.fromEntries(outputs) };
}
