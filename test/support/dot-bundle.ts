import { createHash } from 'node:crypto';
import type { BundleFiles } from '../../src/bundle/bundle.js';
import { goldenInput, mulberry32 } from '../../src/bundle/golden.js';
import type { Golden, Manifest } from '../../src/bundle/manifest.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { inputSpec } from './frames.js';

const inputLength = 3 * 2 * 4;
const classCount = 5;
const random = mulberry32(11);
const weights = Float32Array.from({ length: inputLength * classCount }, () => random() - 0.5);
const bias = Float32Array.from({ length: classCount }, () => random());

/** What the network answers to one item, worked out here: relu(input . weights + bias). */
export function dotAnswer(item: Float32Array): number[] {
  return Array.from({ length: classCount }, (_, c) => {
    let sum = bias[c]!;
    for (let i = 0; i < inputLength; i++) sum += item[i]! * weights[i * classCount + c]!;
    return Math.max(0, sum);
  });
}

/** The network: one dense layer with relu over a 4x2 picture, any batch, as a sign network has it. */
export function dotNetwork(batch: number | string = 'batch'): Uint8Array {
  const graph = new OnnxGraph('dot');
  graph.input('image', [batch, 3, 2, 4]);
  const flat = graph.node('Flatten', ['image'], { axis: 1 });
  const dense = graph.node('Gemm', [
    flat,
    graph.constant('weights', [inputLength, classCount], weights),
    graph.constant('bias', [classCount], bias),
  ]);
  graph.node('Relu', [dense], {}, 'logits');
  graph.output('logits', [batch, classCount]);
  return graph.toBytes();
}

/** Its manifest and golden file, right in every field, for tests to change one. */
export function dotBundle(network = dotNetwork()): {
  manifest: Manifest;
  golden: Golden;
  network: Uint8Array;
} {
  const manifest: Manifest = {
    schemaVersion: 1,
    task: 'signs',
    name: 'dot',
    version: '1.0.0',
    network: {
      file: 'model.onnx',
      sha256: createHash('sha256').update(network).digest('hex'),
      parameters: weights.length + bias.length,
    },
    input: {
      tensor: { name: 'image', dtype: 'float32', shape: ['batch', 3, 2, 4] },
      spec: inputSpec({ widthPx: 4, heightPx: 2 }),
    },
    outputs: [{ name: 'logits', dtype: 'float32', shape: ['batch', classCount] }],
    decode: {
      kind: 'signs',
      logits: 'logits',
      classes: ['a', 'b', 'c', 'd', 'e'],
      temperature: 1,
      abstainBelow: 0.5,
      maxBatch: 3,
      cropFrom: 'traffic_sign',
      cropMarginNorm: 0.1,
    },
    training: { data: [], seed: 1, command: 'none' },
    scores: {},
    tolerance: { cpu: 1e-4 },
  };
  const input = { seed: 77, minimum: -1, maximum: 1, shape: [2, 3, 2, 4] };
  const values = goldenInput({ input, outputs: {} });
  const answers = [0, 1].flatMap((item) =>
    dotAnswer(values.subarray(item * inputLength, (item + 1) * inputLength)),
  );
  const golden: Golden = {
    input,
    outputs: { logits: { shape: [2, classCount], indices: [...answers.keys()], values: answers } },
  };
  return { manifest, golden, network };
}

/** The same as files. */
export function bundleFiles(bundle: {
  manifest: unknown;
  golden: unknown;
  network: Uint8Array;
}): BundleFiles {
  return {
    manifestText: JSON.stringify(bundle.manifest),
    goldenText: JSON.stringify(bundle.golden),
    network: bundle.network,
  };
}
