import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeSession } from '../../src/inference/native-session.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { putInFront } from '../../src/onnx/put-in-front.js';
import type { LayerGraph, LayerNode } from '../../tools/layers-to-onnx/layer-graph.js';
import { writeCheckpoint } from '../../tools/train/checkpoint.js';
import { applyWeights } from '../../tools/train/transfer/apply-weights.js';
import { readWeights } from '../../tools/train/transfer/read-weights.js';
import { fileOf, repoDir, text } from './seed-files.js';
import type { FuzzSubject } from './subject.js';

/** A network of two layers that takes the weights. */
function smallNetwork(): LayerGraph {
  const weight = (name: string, shape: number[]) => ({
    name,
    shape,
    read: () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    write(values: Float32Array) {
      if (values.length !== this.read().length) throw new Error(`${name}: ${values.length} values`);
    },
  });
  const layer = (
    name: string,
    className: string,
    input: string,
    weights: [string, number[]][],
  ) => ({
    name,
    className,
    config: { epsilon: 0.001 },
    inputs: [input],
    inputShapes: [[8, 8, 3]],
    outputShape: [8, 8, 2],
    weights: weights.map(([what, shape]) => weight(`${name}/${what}`, shape)),
  });
  const nodes: LayerNode[] = [
    layer('conv', 'Conv2D', 'input', [
      ['kernel', [3, 3, 3, 2]],
      ['bias', [2]],
    ]),
    layer('norm', 'BatchNormalization', 'conv', [
      ['gamma', [2]],
      ['beta', [2]],
      ['moving_mean', [2]],
      ['moving_variance', [2]],
    ]),
  ];
  return { nodes } as unknown as LayerGraph;
}

/** Reads weights into a network, as training does when it starts from others' weights. */
async function take(path: string): Promise<void> {
  const target = smallNetwork();
  applyWeights(target, readWeights(path, target));
}

async function checkpoint(): Promise<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-seed-'));
  const path = join(dir, 'a.checkpoint');
  const parameters = [
    { name: 'conv/kernel', shape: [3, 3, 3, 2] },
    { name: 'conv/bias', shape: [2] },
    { name: 'norm/gamma', shape: [2] },
    { name: 'norm/beta', shape: [2] },
  ];
  const statistics = [
    { name: 'norm/moving_mean', shape: [2] },
    { name: 'norm/moving_variance', shape: [2] },
  ];
  const row = { step: 10, epoch: 1, loss: 0.5, learningRate: 0.001, metrics: { accuracy: 0.9 } };
  writeCheckpoint(path, {
    facts: {
      task: 'signs',
      recipeSha256: '0'.repeat(64),
      step: 10,
      optimizerStep: 10,
      bestScore: 0.9,
      bestStep: 10,
      history: [row],
      elapsedS: 3,
      layout: { parameters, statistics },
    },
    arrays: {
      weights: new Float32Array(60),
      average: new Float32Array(60).fill(0.5),
      statistics: new Float32Array(4),
    },
  });
  const bytes = await readFile(path);
  await rm(dir, { recursive: true });
  return bytes;
}

const layersModel = {
  format: 'layers-model',
  modelTopology: { class_name: 'Model', config: { layers: [] } },
  weightsManifest: [
    {
      paths: ['group1-shard1of1.bin'],
      weights: [
        { name: 'conv/kernel', shape: [3, 3, 3, 2], dtype: 'float32' },
        { name: 'conv/bias', shape: [2], dtype: 'float32' },
      ],
    },
  ],
};

function network(): Uint8Array {
  const graph = new OnnxGraph('small');
  graph.input('image', [1, 3, 8, 8]);
  const kernel = graph.constant('conv.kernel', [2, 3, 3, 3], new Float32Array(54).fill(0.1), true);
  const bias = graph.constant('conv.bias', [2], Float32Array.of(0.1, 0.2), true);
  const map = graph.node('Conv', ['image', kernel, bias], { kernel_shape: [3, 3] });
  const flat = graph.node('ReduceMean', [map], { axes: [2, 3], keepdims: 0 });
  graph.node('Softmax', [flat], { axis: 1 }, 'scores');
  graph.output('scores', [1, 2]);
  return graph.toBytes();
}

const inFront = () => {
  const front = new OnnxGraph('front');
  front.input('pixels', [1, 3, 8, 8]);
  front.node('Identity', ['pixels'], {}, 'image');
  return front;
};

const bundleFile = (name: string, file: string): FuzzSubject => ({
  name,
  form: 'value',
  file: `bundle/${file}`,
  codes: ['ERR_BUNDLE', 'ERR_BUNDLE_HASH', 'ERR_BUNDLE_SHAPE'],
  seeds: () => Promise.all(['steering', 'signs'].map((task) => fileOf('models', task, file))),
  async around(dir) {
    await mkdir(join(dir, 'bundle'));
    for (const each of ['manifest.json', 'golden.json', 'model.onnx'])
      await writeFile(
        join(dir, 'bundle', each),
        await readFile(join(repoDir, 'models/signs', each)),
      );
  },
  read: async (_, dir) => void (await readBundleFolder(join(dir, 'bundle'))),
});

/** Networks, their descriptions, and files that training continues from. */
export const weightSubjects: readonly FuzzSubject[] = [
  bundleFile('manifest', 'manifest.json'),
  bundleFile('golden', 'golden.json'),
  {
    name: 'network',
    form: 'bytes',
    file: 'model.onnx',
    codes: ['ERR_BUNDLE'],
    seeds: async () => [network()],
    async read(path) {
      const bytes = await readFile(path);
      NetworkGraph.read(bytes, path).toBytes();
      NetworkGraph.read(
        putInFront(inFront(), bytes, 'image', { where: path, opset: 16, purpose: 'fuzz' }),
        path,
      );
    },
  },
  {
    name: 'session',
    form: 'bytes',
    file: 'model.onnx',
    codes: ['ERR_INFERENCE'],
    seeds: async () => [network()],
    async read(path) {
      NativeSession.load(new Uint8Array(await readFile(path)), path).release();
    },
  },
  {
    name: 'bundle-weights',
    form: 'bytes',
    file: 'other/model.onnx',
    codes: ['ERR_TRAINING'],
    seeds: async () => [network()],
    async around(dir) {
      await mkdir(join(dir, 'other'));
      await writeFile(join(dir, 'other/manifest.json'), '{"network":{"file":"model.onnx"}}');
    },
    read: (_, dir) => take(join(dir, 'other')),
  },
  {
    name: 'checkpoint',
    form: 'bytes',
    file: 'last.checkpoint',
    codes: ['ERR_TRAINING'],
    seeds: async () => [await checkpoint()],
    read: take,
  },
  {
    name: 'layers-model',
    form: 'value',
    file: 'model.json',
    codes: ['ERR_TRAINING'],
    seeds: async () => [text(JSON.stringify(layersModel))],
    around: (dir) => writeFile(join(dir, 'group1-shard1of1.bin'), new Uint8Array(56 * 4)),
    read: take,
  },
];
