import { describe, expect, it } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';
import { expectClose, expectSameOnBothBackends, noise } from './both-backends.js';

describe('matrix products on the wasm backend', () => {
  it.each([
    { a: [4, 5], b: [5, 3], transA: false, transB: false },
    { a: [5, 4], b: [5, 3], transA: true, transB: false },
    { a: [4, 5], b: [3, 5], transA: false, transB: true },
    { a: [5, 4], b: [3, 5], transA: true, transB: true },
    { a: [2, 4, 5], b: [2, 5, 3], transA: false, transB: false },
    { a: [2, 5, 4], b: [2, 3, 5], transA: true, transB: true },
    { a: [2, 3, 4, 5], b: [2, 3, 3, 5], transA: false, transB: true },
  ])(
    '$a times $b, transposed $transA $transB: value and gradients equal the cpu backend',
    async (product) => {
      const { a, b, transA, transB } = product;
      const f = (left: tf.Tensor, right: tf.Tensor) => tf.matMul(left, right, transA, transB);
      await expectSameOnBothBackends(f, [a, b]);
    },
  );

  it.each(['linear', 'relu', 'sigmoid'] as const)(
    'fused with a bias and %s: value and gradients equal the cpu backend',
    async (activation) => {
      const f = (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.matMul({ a, b, bias, activation });
      await expectSameOnBothBackends(f, [[6, 5], [5, 4], [4]]);
    },
  );

  it('a product whose activation has weights is left to the backend itself', async () => {
    const compute = () =>
      tf.fused
        .matMul({
          a: tf.tensor2d(noise([4, 5], 1), [4, 5]),
          b: tf.tensor2d(noise([5, 3], 2), [5, 3]),
          activation: 'prelu',
          preluActivationWeights: tf.tensor1d([0.1, 0.2, 0.3]),
        })
        .dataSync() as Float32Array;
    await tf.setBackend('cpu');
    const expected = compute();
    await startWasm();
    expectClose(compute(), expected, 'value');
  });
});

describe('batch normalisation on the wasm backend', () => {
  it('with given moments: value and gradients equal the cpu backend', async () => {
    const f = (
      x: tf.Tensor,
      mean: tf.Tensor,
      variance: tf.Tensor,
      offset: tf.Tensor,
      scale: tf.Tensor,
    ) =>
      tf.batchNorm(
        x as tf.Tensor4D,
        mean as tf.Tensor1D,
        tf.add(tf.square(variance), 0.1) as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        1e-3,
      );
    await expectSameOnBothBackends(f, [[3, 4, 5, 6], [6], [6], [6], [6]]);
  });

  it.each([
    ['neither scale nor offset', undefined, undefined],
    ['an offset alone', [0.1, 0.2, 0.3], undefined],
    ['a scale alone', undefined, [1, 2, 3]],
  ])('with %s: the value equals the cpu backend', async (_, offset, scale) => {
    const compute = () =>
      tf
        .batchNorm(
          tf.tensor4d(noise([2, 4, 5, 3], 1), [2, 4, 5, 3]),
          tf.tensor1d([0.1, -0.2, 0.3]),
          tf.tensor1d([1, 2, 0.5]),
          offset && tf.tensor1d(offset),
          scale && tf.tensor1d(scale),
        )
        .dataSync() as Float32Array;
    await tf.setBackend('cpu');
    const expected = compute();
    await startWasm();
    expectClose(compute(), expected, 'value');
  });

  it.each([[[4, 9, 10, 8]], [[16, 7]]])(
    'as a layer in training, %j: value and gradients equal the cpu backend',
    async (shape) => {
      const f = (x: tf.Tensor) => {
        const norm = tf.layers.batchNormalization({
          gammaInitializer: tf.initializers.constant({ value: 1.3 }),
          betaInitializer: tf.initializers.constant({ value: 0.2 }),
        });
        return norm.apply(x, { training: true }) as tf.Tensor;
      };
      await expectSameOnBothBackends(f, [shape]);
    },
  );
});

describe('reductions on the wasm backend', () => {
  it.each([
    { shape: [4, 16, 16, 5], axes: [0, 1, 2] },
    { shape: [4, 16, 16, 5], axes: [1, 2] },
    { shape: [4, 16, 16, 5], axes: [0, 2] },
    { shape: [4, 16, 16, 5], axes: [3] },
    { shape: [300, 7], axes: [0] },
    { shape: [3, 4], axes: [0] },
    { shape: [50, 60], axes: [0, 1] },
  ])(
    '$shape over $axes: sums and means and their gradients equal the cpu backend',
    async ({ shape, axes }) => {
      await expectSameOnBothBackends((x) => tf.sum(x, axes), [shape]);
      await expectSameOnBothBackends((x) => tf.mean(x, axes, true), [shape]);
    },
  );

  it('a sum of integers stays integer', async () => {
    await startWasm();
    const total = tf.sum(tf.ones([40, 60, 2], 'int32'), [0, 1]);
    expect(total.dtype).toBe('int32');
    expect([...total.dataSync()]).toEqual([2400, 2400]);
  });

  it.each([
    [
      [1, 1, 1, 3],
      [2, 4, 5, 1],
    ],
    [
      [2, 3],
      [2, 2],
    ],
    [[4], [3]],
  ])('a tensor of %j repeated %j times equals the cpu backend', async (shape, reps) => {
    await expectSameOnBothBackends((x) => tf.tile(x, reps), [shape]);
  });
});

describe('gather on the wasm backend', () => {
  it('has the gradient of the cpu backend, rows gathered twice counted twice', async () => {
    const f = (x: tf.Tensor) => tf.gather(x, tf.tensor1d([2, 0, 2, 3], 'int32'));
    await expectSameOnBothBackends(f, [[4, 3, 2]]);
  });

  it('has the gradient of the cpu backend along the second axis', async () => {
    const f = (x: tf.Tensor) => tf.gather(x, tf.tensor1d([1, 1, 0], 'int32'), 1);
    await expectSameOnBothBackends(f, [[4, 3]]);
  });
});
