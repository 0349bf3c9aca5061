import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';
import { expectClose, noise } from './both-backends.js';

/** Every kind of layer that the networks of this project are made of, in small. */
function smallNetwork(): tf.LayersModel {
  const kernelInitializer = (seed: number) => tf.initializers.glorotUniform({ seed });
  const input = tf.input({ shape: [8, 8, 2] });
  const convolved = tf.layers
    .conv2d({ filters: 6, kernelSize: 3, padding: 'same', kernelInitializer: kernelInitializer(1) })
    .apply(input);
  const normalised = tf.layers.batchNormalization().apply(convolved);
  const active = tf.layers.reLU().apply(normalised);
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(active);
  const depthwise = tf.layers
    .depthwiseConv2d({
      kernelSize: 3,
      padding: 'same',
      depthwiseInitializer: kernelInitializer(2),
    })
    .apply(pooled);
  const widened = tf.layers
    .conv2dTranspose({
      filters: 4,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      kernelInitializer: kernelInitializer(3),
    })
    .apply(depthwise);
  const averaged = tf.layers.globalAveragePooling2d({}).apply(widened as tf.SymbolicTensor);
  const output = tf.layers
    .dense({ units: 2, activation: 'softmax', kernelInitializer: kernelInitializer(4) })
    .apply(averaged) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output });
}

/** Squares whose first or whose second channel is the brighter one. */
function brighterChannel(count: number): { x: tf.Tensor4D; y: tf.Tensor2D } {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const values = noise([count, 8, 8, 2], 7);
  const brightened = values.map((value, i) => {
    const label = labels[Math.floor(i / 128)];
    return i % 2 === label ? value + 0.5 : value;
  });
  return {
    x: tf.tensor4d(brightened, [count, 8, 8, 2]),
    y: tf.oneHot(tf.tensor1d(labels, 'int32'), 2) as tf.Tensor2D,
  };
}

function lossOf(network: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): tf.Scalar {
  const predicted = network.apply(x, { training: true }) as tf.Tensor;
  return tf.metrics.categoricalCrossentropy(y, predicted).mean() as tf.Scalar;
}

describe('training on the wasm backend', () => {
  beforeAll(() => startWasm());

  it('makes the loss of a small network fall to a tenth', async () => {
    const network = smallNetwork();
    network.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
    const { x, y } = brighterChannel(32);
    const { history } = await network.fit(x, y, { epochs: 40, batchSize: 16, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10);
  });

  it('has the gradients of the cpu backend for every weight of the network', async () => {
    const gradientsOn = async (backend: string) => {
      await tf.setBackend(backend);
      return tf.tidy(() => {
        const network = smallNetwork();
        const { x, y } = brighterChannel(4);
        const { value, grads } = tf.variableGrads(() => lossOf(network, x, y));
        // Names carry a counter that grows with each network; the order of the weights does not change.
        return [value, ...Object.values(grads)].map((tensor) => tensor.dataSync() as Float32Array);
      });
    };
    const expected = await gradientsOn('cpu');
    const found = await gradientsOn('wasm');
    expect(found.length).toBe(expected.length);
    expected.forEach((values, i) => {
      expectClose(found[i]!, values, `gradient ${i}`);
    });
  });

  it('leaves no tensor behind after a step', () => {
    const network = smallNetwork();
    const optimizer = tf.train.sgd(0.01);
    const { x, y } = brighterChannel(4);
    const step = () => optimizer.minimize(() => lossOf(network, x, y));
    step();
    const before = tf.memory().numTensors;
    step();
    step();
    expect(tf.memory().numTensors).toBe(before);
  });
});
