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
});
