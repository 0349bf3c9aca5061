import { describe, expect, it } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';
import { expectSameOnBothBackends, noise } from './both-backends.js';

describe('max pooling on the wasm backend', () => {
  it.each([
    { input: [2, 6, 8, 3], size: 2, strides: 2, pad: 'valid' as const },
    { input: [2, 7, 9, 3], size: 2, strides: 2, pad: 'same' as const },
    { input: [1, 7, 9, 2], size: 3, strides: 2, pad: 'same' as const },
    { input: [1, 6, 5, 2], size: 3, strides: 1, pad: 'same' as const },
    { input: [1, 8, 8, 2], size: 3, strides: 2, pad: 'valid' as const },
  ])('$input, $size by $strides, $pad: value and gradient equal the cpu backend', async (pool) => {
    const { input, size, strides, pad } = pool;
    const f = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, strides, pad);
    await expectSameOnBothBackends(f, [input]);
  });

  it('gives the gradient of a tie to the first of the largest', async () => {
    await startWasm();
    const gradient = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'));
    const dx = gradient(tf.tensor4d([5, 5, 5, 5], [1, 2, 2, 1]), tf.tensor4d([3], [1, 1, 1, 1]));
    expect([...dx.dataSync()]).toEqual([3, 0, 0, 0]);
  });
});

describe('average pooling on the wasm backend', () => {
  it.each([
    { input: [2, 6, 8, 3], size: 2, strides: 2 },
    { input: [1, 7, 9, 2], size: 3, strides: 2 },
    { input: [1, 6, 5, 2], size: 3, strides: 1 },
  ])('$input, $size by $strides: value and gradient equal the cpu backend', async (pool) => {
    const { input, size, strides } = pool;
    const f = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, strides, 'valid');
    await expectSameOnBothBackends(f, [input]);
  });

  it.each([
    { input: [1, 5, 6, 2], size: 3, strides: 1 },
    { input: [2, 5, 7, 2], size: 2, strides: 2 },
  ])('$input, $size by $strides, padded: the gradient is the slope of the value', async (pool) => {
    const { input, size, strides } = pool;
    await startWasm();
    // Pooling is linear: pooling a unit impulse gives one column of the Jacobian exactly.
    const f = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, strides, 'same');
    const values = noise(input, 1);
    const x = tf.tensor(values, input);
    const weights = noise(f(x).shape, 2);
    const gradient = tf
      .grad(f)(x, tf.tensor(weights, f(x).shape))
      .dataSync();
    values.forEach((_, i) => {
      const impulse = new Float32Array(values.length);
      impulse[i] = 1;
      const response = tf.tidy(() => f(tf.tensor(impulse, input)).dataSync() as Float32Array);
      const slope = response.reduce((sum, value, j) => sum + value * weights[j]!, 0);
      expect(gradient[i]).toBeCloseTo(slope, 5);
    });
  });
});
