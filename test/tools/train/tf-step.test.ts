import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../tools/layers-to-onnx/tf.js';
import { chooseBackend } from '../../../tools/train/backends/choose-backend.js';
import { CompiledStep } from '../../../tools/train/compiled/compiled-step.js';
import { createRandom } from '../../../tools/train/random.js';
import { TfStep } from '../../../tools/train/tf-step.js';
import type { TrainingStep } from '../../../tools/train/training-step.js';

/** A network with every kind of value: maps, vectors, statistics, two outputs. */
function network(): tf.LayersModel {
  const { layers } = tf;
  const input = tf.input({ shape: [8, 6, 3] });
  const conv = layers
    .conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
    })
    .apply(input);
  const map = layers
    .reLU()
    .apply(layers.batchNormalization({ epsilon: 1e-3 }).apply(conv)) as tf.SymbolicTensor;
  const pooled = layers.maxPooling2d({ poolSize: 2, strides: 2 }).apply(map);
  const dense = layers
    .dense({ units: 3, kernelInitializer: tf.initializers.heNormal({ seed: 2 }) })
    .apply(layers.flatten().apply(pooled));
  const scores = layers
    .conv2d({ filters: 2, kernelSize: 1, kernelInitializer: tf.initializers.heNormal({ seed: 3 }) })
    .apply(map);
  return tf.model({
    inputs: input,
    outputs: [dense as tf.SymbolicTensor, scores as tf.SymbolicTensor],
  });
}

async function run(step: TrainingStep): Promise<void> {
  const random = createRandom(4);
  for (let i = 0; i < step.input.length; i++) step.input[i] = random.normal();
  await step.forward();
  for (const { gradient } of step.outputs) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = random.normal();
  }
  await step.backward();
}

describe('a training step by TensorFlow.js', () => {
  beforeAll(async () => {
    await chooseBackend('wasm');
  });

  it('agrees with the compiled step in outputs, gradients and running statistics', async () => {
    const byTf = new TfStep(network(), { batch: 3 });
    const compiled = new CompiledStep(network(), { batch: 3, statisticsMomentum: 0.99 });
    await run(byTf);
    await run(compiled);
    const pairs: [Float32Array, Float32Array][] = [
      [byTf.gradients, compiled.gradients],
      [byTf.statistics, compiled.statistics],
      ...byTf.outputs.map(({ values }, i): [Float32Array, Float32Array] => [
        values,
        compiled.outputs[i]!.values,
      ]),
    ];
    for (const [theirs, ours] of pairs) {
      expect(ours.length).toBe(theirs.length);
      const worst = ours.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)),
        0,
      );
      expect(worst).toBeLessThan(2e-3);
    }
  });
});
