import { beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/bundle/bundle.js';
import { certify } from '../../../src/inference/network-session.js';
import { createNetworkSession } from '../../../src/inference/onnxruntime-node.js';
import { compareWithTf } from '../../../tools/export/compare-with-tf.js';
import { exportOnnx } from '../../../tools/layers-to-onnx/export-onnx.js';
import { tf } from '../../../tools/layers-to-onnx/tf.js';
import { chooseBackend } from '../../../tools/train/backends/choose-backend.js';
import { makeBundle } from '../../../tools/train/make-bundle.js';
import { createRandom } from '../../../tools/train/random.js';
import { recipeSchema } from '../../../tools/train/recipe.js';
import { taskTraining } from '../../../tools/train/tasks/task-table.js';

/** Weights and running statistics as after some training: nothing is 0 or 1 any more. */
function shake(model: tf.LayersModel, seed: number): void {
  const random = createRandom(seed);
  for (const weight of model.weights) {
    const value = weight.read();
    const isVariance = weight.name.includes('variance');
    const nudged = value
      .dataSync()
      .map((old) => (isVariance ? random.between(0.5, 2) : old + 0.05 * random.normal()));
    weight.write(tf.tensor(nudged, value.shape));
  }
}

const recipeFor = (task: string) =>
  recipeSchema.parse({
    task,
    seed: 1,
    epochs: 1,
    samplesPerEpoch: 1,
    batch: 1,
    optimizer: { peakRate: 1 },
    augmentation: {},
    data: [{ format: 'voc', folder: 'unused' }],
  });

describe('the exporter', () => {
  beforeAll(async () => {
    await chooseBackend('wasm');
  });

  for (const task of ['steering', 'signs', 'segmentation', 'detection'] as const) {
    it(`gives the ${task} network's own answers on ONNX Runtime, in a bundle that certifies`, async () => {
      const training = taskTraining(recipeFor(task));
      const model = training.buildNetwork(1);
      shake(model, 9);
      const made = makeBundle(model, training, {
        version: '0.0.1',
        training: { data: [], seed: 1, command: 'made in a test' },
        scores: {},
      });
      expect(compareWithTf(model, made.exported, 1e-3)).toBeLessThan(1e-3);
      const bundle = await openBundle(made.files, 'test');
      const session = await createNetworkSession(bundle, { providers: ['cpu'] });
      expect((await certify(session, bundle)).ok).toBe(true);
      await session.dispose();
    });
  }

  it('says which layer it cannot export', () => {
    const input = tf.input({ shape: [4, 4, 2], name: 'x' });
    const model = tf.model({
      inputs: input,
      outputs: tf.layers
        .separableConv2d({ filters: 2, kernelSize: 3, name: 'apart' })
        .apply(input) as tf.SymbolicTensor,
    });
    expect(() =>
      exportOnnx(model, { graphName: 'g', inputName: 'x', outputNames: ['y'], batch: 1 }),
    ).toThrow(/apart: expected one of .* found SeparableConv2D/);
  });

  /** Any number of layers after a 4x6 input of three channels. */
  const stacked = (...stack: tf.layers.Layer[]) => {
    const input = tf.input({ shape: [4, 6, 3], name: 'x' });
    const output = stack.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, input);
    const model = tf.model({ inputs: input, outputs: output });
    shake(model, 5);
    return model;
  };
  const exportOf = (model: tf.LayersModel) =>
    exportOnnx(model, { graphName: 'g', inputName: 'x', outputNames: ['y'], batch: 1 });
  const layers = tf.layers;

  it.each<[string, () => tf.layers.Layer[]]>([
    [
      'a rectifier that ends',
      () => [
        layers.conv2d({ filters: 4, kernelSize: 1, kernelInitializer: 'ones' }),
        layers.reLU({ maxValue: 0.5 }),
      ],
    ],
    [
      'bilinear upsampling',
      () => [layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })],
    ],
    ['nearest upsampling', () => [layers.upSampling2d({ size: [2, 3] })]],
    ['softmax over the channels of a map', () => [layers.softmax({ axis: -1 })]],
    [
      'a normalisation without scale',
      () => [
        layers.conv2d({ filters: 4, kernelSize: 1 }),
        layers.batchNormalization({ scale: false }),
      ],
    ],
    [
      'a normalisation without centre, not folded',
      () => [layers.reLU(), layers.batchNormalization({ center: false })],
    ],
  ])('answers as tf does: %s', (_, stack) => {
    const model = stacked(...stack());
    expect(compareWithTf(model, exportOf(model), 1e-4)).toBeLessThan(1e-4);
  });

  it.each<[RegExp, () => tf.layers.Layer[]]>([
    [
      /wide: expected channels last, found channelsFirst/,
      () => [
        layers.conv2d({ name: 'wide', filters: 3, kernelSize: 1, dataFormat: 'channelsFirst' }),
      ],
    ],
    [
      /rows: expected the last axis, found axis 1/,
      () => [layers.batchNormalization({ name: 'rows', axis: 1 })],
    ],
    [
      /each: expected a vector or rows, found a map of 4x6x3/,
      () => [layers.dense({ name: 'each', units: 2 })],
    ],
  ])('refuses what it would get wrong: %s', (message, stack) => {
    expect(() => exportOf(stacked(...stack()))).toThrow(message);
  });
});
