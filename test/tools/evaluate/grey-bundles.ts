import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, openBundle } from '../../../src/bundle/bundle.js';
import { elementCount, goldenInput } from '../../../src/bundle/golden.js';
import type { Manifest, Task } from '../../../src/bundle/manifest.js';
import type { OutputSpec } from '../../../src/bundle/output-spec.js';
import { sha256Hex } from '../../../src/calibration/sha256.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { signClasses } from '../../../src/perception/classes.js';

// Real networks whose answers can be told by looking at the picture: they read grey levels, nothing else.

interface GreyNetwork {
  task: Task;
  widthPx: number;
  heightPx: number;
  batch: number | string;
  outputs: { name: string; shape: (number | string)[] }[];
  decode: OutputSpec;
  build(graph: OnnxGraph, input: string): void;
}

/** Grey level of class c, far enough from its neighbours for JPEG and rounding. */
export const greyOfClass = (classId: number, step: number) => 10 + classId * step;

/** Logits 2 v g - g^2, highest for the class whose grey level g is nearest to v: a 1x1 convolution of the red channel. */
function nearestGrey(graph: OnnxGraph, input: string, count: number, step: number): string {
  const weights = new Float32Array(count * 3);
  const bias = new Float32Array(count);
  for (let c = 0; c < count; c++) {
    const grey = greyOfClass(c, step);
    weights[c * 3] = (2 * grey) / 10;
    bias[c] = -(grey * grey) / 10;
  }
  const kernel = graph.constant('kernel', [count, 3, 1, 1], weights);
  return graph.node('Conv', [input, kernel, graph.constant('bias', [count], bias)]);
}

/** Steering: the mean red of the picture, 0..255, times `radPerUnit`. */
export const steeringByBrightness = (radPerUnit: number): GreyNetwork => ({
  task: 'steering',
  widthPx: 8,
  heightPx: 8,
  batch: 1,
  outputs: [{ name: 'steering', shape: [1, 1] }],
  decode: {
    kind: 'steering',
    steering: 'steering',
    radPerUnit,
    maxAngleRad: 0.4,
    maxRateRadPerS: 1,
    wheelbaseM: 2.7,
  },
  build(graph, input) {
    const mean = graph.node('GlobalAveragePool', [input]);
    const red = graph.node('Slice', [
      mean,
      graph.ints('start', [0]),
      graph.ints('end', [1]),
      graph.ints('axis', [1]),
    ]);
    graph.node('Reshape', [red, graph.ints('shape', [1, 1])], {}, 'steering');
  },
});

/** Segmentation of two classes by grey level: 10 is the first, 110 the second. */
export const segmentationByGrey = (classes: string[]): GreyNetwork => ({
  task: 'segmentation',
  widthPx: 8,
  heightPx: 4,
  batch: 1,
  outputs: [{ name: 'scores', shape: [1, classes.length, 4, 8] }],
  decode: {
    kind: 'segmentation',
    scores: 'scores',
    classes,
    paletteRgb: classes.map(() => [0, 0, 0]),
    drivable: [],
  },
  build(graph, input) {
    graph.node('Identity', [nearestGrey(graph, input, classes.length, 100)], {}, 'scores');
  },
});

/** Signs: the class by the mean grey level, five levels a class. */
export const signsByGrey = (classes: readonly string[] = signClasses): GreyNetwork => ({
  task: 'signs',
  widthPx: 32,
  heightPx: 32,
  batch: 'batch',
  outputs: [{ name: 'logits', shape: ['batch', classes.length] }],
  decode: {
    kind: 'signs',
    logits: 'logits',
    classes: [...classes],
    temperature: 1,
    abstainBelow: 0.2,
    maxBatch: 4,
    cropFrom: 'traffic_sign',
    cropMarginNorm: 0.1,
  },
  build(graph, input) {
    const mean = graph.node('GlobalAveragePool', [input]);
    const logits = nearestGrey(graph, mean, classes.length, 5);
    graph.node('Flatten', [logits], {}, 'logits');
  },
});

/** Signs by probabilities: `bright` as 1 / (1 + exp(7.65 - v / 16.7)) of the mean grey level v, else `dark`. */
export const probabilitiesByLight = (): Promise<Bundle> =>
  greyBundle({
    ...signsByGrey(['bright', 'dark']),
    widthPx: 8,
    heightPx: 8,
    decode: { ...signsByGrey(['bright', 'dark']).decode, values: 'probabilities' } as OutputSpec,
    build(graph, input) {
      const mean = graph.node('GlobalAveragePool', [input]);
      const weights = Float32Array.of(0.02, 0.02, 0.02, 0, 0, 0);
      const kernel = graph.constant('kernel', [2, 3, 1, 1], weights);
      const bias = graph.constant('bias', [2], Float32Array.of(-7.65, 0));
      const flat = graph.node('Flatten', [graph.node('Conv', [mean, kernel, bias])]);
      graph.node('Softmax', [flat], { axis: 1 }, 'logits');
    },
  });

/** Detection: the picture's four quarters are the default boxes; a quarter of grey 110 is a car, of 210 a bus. */
export const detectionByQuarters = (scoreThreshold: number): GreyNetwork => ({
  task: 'detection',
  widthPx: 16,
  heightPx: 16,
  batch: 1,
  outputs: [
    { name: 'offsets', shape: [1, 4, 4] },
    { name: 'logits', shape: [1, 4, 3] },
  ],
  decode: {
    kind: 'ssd',
    offsets: 'offsets',
    logits: 'logits',
    featureMaps: [{ rows: 2, columns: 2, boxSizesNorm: [[0.5, 0.5]] }],
    variances: [0.1, 0.2],
    classes: ['car', 'bus'],
    scoreThreshold,
    nmsIou: 0.45,
    maxDetections: 10,
  },
  build(graph, input) {
    const quarters = graph.node('AveragePool', [input], { kernel_shape: [8, 8], strides: [8, 8] });
    const scores = nearestGrey(graph, quarters, 3, 100);
    // [1, 3, 2, 2] -> [1, 2, 2, 3] -> [1, 4, 3]
    const last = graph.node('Transpose', [scores], { perm: [0, 2, 3, 1] });
    graph.node('Reshape', [last, graph.ints('shape', [1, 4, 3])], {}, 'logits');
    // No offset: a constant that still depends on the input, as an output must.
    const zero = graph.node('Mul', [quarters, graph.scalar('zero', 0)]);
    const sliced = graph.node('Slice', [
      zero,
      graph.ints('s', [0]),
      graph.ints('e', [1]),
      graph.ints('a', [1]),
    ]);
    const column = graph.node('Reshape', [sliced, graph.ints('shape', [1, 4, 1])]);
    graph.node('Tile', [column, graph.ints('times', [1, 1, 4])], {}, 'offsets');
  },
});

/** Makes a certified bundle of such a network: its golden outputs come from running it. */
export async function greyBundle(network: GreyNetwork): Promise<Bundle> {
  const { manifestText, goldenText, bytes } = await bundleFiles(network);
  return openBundle({ manifestText, goldenText, network: bytes }, 'grey');
}

/** Writes the bundle to a folder. */
export async function writeGreyBundle(folder: string, network: GreyNetwork): Promise<void> {
  const { manifestText, goldenText, bytes } = await bundleFiles(network);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), manifestText);
  writeFileSync(join(folder, 'golden.json'), goldenText);
  writeFileSync(join(folder, 'model.onnx'), bytes);
}

async function bundleFiles(network: GreyNetwork) {
  const { task, widthPx, heightPx, batch, outputs, decode } = network;
  const graph = new OnnxGraph('grey');
  const input = graph.input('input', [batch, 3, heightPx, widthPx]);
  network.build(graph, input);
  for (const { name, shape } of outputs) graph.output(name, shape);
  const bytes = graph.toBytes();
  const inputShape = [1, 3, heightPx, widthPx];
  const golden = {
    input: { seed: 3, minimum: 0, maximum: 255, shape: inputShape },
    outputs: goldenOutputs(bytes, network, inputShape),
  };
  const manifest: Manifest = {
    schemaVersion: 1,
    task,
    name: `grey-${task}`,
    version: '1.0.0',
    network: { file: 'model.onnx', sha256: await sha256Hex(bytes), parameters: 0 },
    input: {
      tensor: { name: 'input', dtype: 'float32', shape: [batch, 3, heightPx, widthPx] },
      spec: {
        regionNorm: [0, 0, 1, 1],
        fit: 'stretch',
        widthPx,
        heightPx,
        colour: 'rgb',
        layout: 'nchw',
        mean: [0, 0, 0],
        scale: [1, 1, 1],
        padValue: 0,
      },
    },
    outputs: outputs.map(({ name, shape }) => ({ name, dtype: 'float32', shape })),
    decode,
    training: { data: [], seed: 0, command: 'none' },
    scores: {},
    tolerance: { cpu: 0.1 },
  };
  return { manifestText: JSON.stringify(manifest), goldenText: JSON.stringify(golden), bytes };
}

function goldenOutputs(bytes: Uint8Array, network: GreyNetwork, inputShape: number[]) {
  const session = NativeSession.load(bytes, 'grey');
  const shape = (dims: (number | string)[]) =>
    dims.map((size) => (size === 'batch' ? 1 : Number(size)));
  const golden = { input: { seed: 3, minimum: 0, maximum: 255, shape: inputShape }, outputs: {} };
  const fetches = Object.fromEntries(
    network.outputs.map(({ name, shape: dims }) => [
      name,
      {
        type: 'float32' as const,
        dims: shape(dims),
        data: new Float32Array(elementCount(shape(dims))),
      },
    ]),
  );
  session.run({ input: { type: 'float32', dims: inputShape, data: goldenInput(golden) } }, fetches);
  session.release();
  return Object.fromEntries(
    Object.entries(fetches).map(([name, { dims, data }]) => {
      const indices = [...data.keys()].slice(0, 16);
      return [name, { shape: dims, indices, values: indices.map((index) => data[index]!) }];
    }),
  );
}
