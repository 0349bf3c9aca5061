import { describe, expect, it } from 'vitest';
import { tf } from '../../../../tools/layers-to-onnx/tf.js';
import { startWasm } from '../../../../tools/train/backends/wasm.js';
import { expectClose, expectSameOnBothBackends, noise } from './both-backends.js';

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
interface Case {
  what: string;
  input: [number, number, number, number];
  filter: [number, number, number, number];
  strides: number | [number, number];
  pad: Pad;
}

const convolutions: Case[] = [
  { what: '3x3 same', input: [2, 6, 7, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { what: '3x3 valid', input: [2, 6, 7, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'valid' },
  {
    what: 'stride 2, same, even',
    input: [2, 8, 6, 2],
    filter: [3, 3, 2, 5],
    strides: 2,
    pad: 'same',
  },
  {
    what: 'stride 2, same, odd',
    input: [1, 7, 9, 2],
    filter: [3, 3, 2, 5],
    strides: 2,
    pad: 'same',
  },
  {
    what: 'stride 2, valid, a rim that no window touches',
    input: [2, 8, 10, 3],
    filter: [5, 5, 3, 2],
    strides: 2,
    pad: 'valid',
  },
  {
    what: 'stride 3, valid, two untouched columns',
    input: [1, 9, 11, 2],
    filter: [3, 3, 2, 3],
    strides: 3,
    pad: 'valid',
  },
  {
    what: 'unequal strides',
    input: [2, 7, 9, 2],
    filter: [3, 3, 2, 3],
    strides: [2, 1],
    pad: 'same',
  },
  { what: 'even filter', input: [1, 5, 8, 2], filter: [4, 2, 2, 3], strides: 2, pad: 'same' },
  { what: 'flat filter', input: [1, 5, 8, 2], filter: [1, 3, 2, 3], strides: 1, pad: 'same' },
  { what: 'padding by number', input: [1, 5, 8, 2], filter: [3, 3, 2, 3], strides: 2, pad: 1 },
  {
    what: 'unequal padding by side',
    input: [1, 5, 6, 2],
    filter: [3, 3, 2, 3],
    strides: 1,
    pad: [
      [0, 0],
      [2, 0],
      [1, 2],
      [0, 0],
    ],
  },
  { what: 'pointwise', input: [3, 4, 5, 6], filter: [1, 1, 6, 7], strides: 1, pad: 'same' },
  { what: '1x1 with stride 2', input: [2, 5, 6, 3], filter: [1, 1, 3, 4], strides: 2, pad: 'same' },
  { what: '1x1 with padding', input: [1, 3, 4, 2], filter: [1, 1, 2, 3], strides: 1, pad: 1 },
  { what: 'many channels', input: [2, 5, 6, 16], filter: [3, 3, 16, 5], strides: 1, pad: 'same' },
  {
    what: 'many channels, stride 2, untouched rim',
    input: [2, 8, 10, 17],
    filter: [3, 3, 17, 5],
    strides: 2,
    pad: 'valid',
  },
  {
    what: 'many channels, pointwise',
    input: [2, 5, 6, 16],
    filter: [1, 1, 16, 5],
    strides: 1,
    pad: 'valid',
  },
];

describe('convolution on the wasm backend', () => {
  it.each(convolutions)('$what: value and gradients equal the cpu backend', async (conv) => {
    const { input, filter, strides, pad } = conv;
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
    await expectSameOnBothBackends(f, [input, filter]);
  });

  it.each([
    { pad: 'same' as const, input: [1, 9, 10, 3], dilation: 2 },
    { pad: 'valid' as const, input: [2, 9, 8, 3], dilation: 3 },
    { pad: 'same' as const, input: [2, 7, 6, 17], dilation: 3 },
  ])(
    'dilated by $dilation, $pad, $input: value and gradients equal those of a filter with holes',
    async (conv) => {
      const { pad, input, dilation } = conv;
      const channels = input[3]!;
      const size = 2 * dilation + 1;
      // A matrix that puts the 3x3 taps in their places of the filter with holes.
      const places = tf.buffer([size * size, 9]);
      for (let tap = 0; tap < 9; tap += 1) {
        const row = Math.floor(tap / 3) * dilation;
        places.set(1, row * size + (tap % 3) * dilation, tap);
      }
      const dilated = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, pad, 'NHWC', dilation);
      const withHoles = (x: tf.Tensor, w: tf.Tensor) => {
        const spread = tf.matMul(places.toTensor() as tf.Tensor2D, w.reshape([9, channels * 4]));
        return tf.conv2d(x as tf.Tensor4D, spread.reshape([size, size, channels, 4]), 1, pad);
      };
      await expectSameOnBothBackends(dilated, [input, [3, 3, channels, 4]], withHoles);
      const asLayers = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad,
          dilations: [dilation, dilation],
          bias,
        });
      const shapes = [input, [3, 3, channels, 4], [4]];
      await expectSameOnBothBackends(asLayers, shapes, (x, w, b) => tf.add(withHoles(x, w), b));
    },
  );

  it.each(['linear', 'relu', 'relu6', 'sigmoid', 'elu'] as const)(
    'fused with a bias and %s: value and gradients equal the cpu backend',
    async (activation) => {
      const f = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: w as tf.Tensor4D,
          strides: 2,
          pad: 'same',
          bias,
          activation,
        });
      await expectSameOnBothBackends(f, [[2, 7, 6, 3], [3, 3, 3, 4], [4]]);
    },
  );

  it('fused with relu outside of training: the value equals the cpu backend', async () => {
    const compute = () =>
      tf.fused
        .conv2d({
          x: tf.tensor4d(noise([2, 5, 6, 3], 1), [2, 5, 6, 3]),
          filter: tf.tensor4d(noise([1, 1, 3, 4], 2), [1, 1, 3, 4]),
          strides: 1,
          pad: 'same',
          bias: tf.tensor1d(noise([4], 3)),
          activation: 'relu',
        })
        .dataSync() as Float32Array;
    await tf.setBackend('cpu');
    const expected = compute();
    await startWasm();
    const found = compute();
    expectClose(found, expected, 'value');
    expect(found.some((value) => value === 0)).toBe(true);
  });

  it.each([
    { strides: 2, pad: 'same' as const, output: [2, 8, 10, 3], input: [2, 4, 5, 4], size: 4 },
    { strides: 2, pad: 'same' as const, output: [1, 7, 9, 3], input: [1, 4, 5, 4], size: 3 },
    { strides: 2, pad: 'valid' as const, output: [2, 9, 11, 3], input: [2, 4, 5, 4], size: 3 },
    { strides: 2, pad: 'valid' as const, output: [2, 10, 12, 3], input: [2, 4, 5, 4], size: 3 },
    { strides: 8, pad: 'same' as const, output: [1, 16, 24, 2], input: [1, 2, 3, 2], size: 16 },
    { strides: 1, pad: 'same' as const, output: [1, 4, 5, 16], input: [1, 4, 5, 4], size: 1 },
  ])(
    'transposed, stride $strides, $pad, to $output: value and gradients equal the cpu backend',
    async (layer) => {
      const { strides, pad, output, input, size } = layer;
      const f = (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2dTranspose(
          x as tf.Tensor4D,
          w as tf.Tensor4D,
          output as [number, number, number, number],
          strides,
          pad,
        );
      await expectSameOnBothBackends(f, [input, [size, size, output[3]!, input[3]!]]);
    },
  );
});

describe('depthwise convolution on the wasm backend', () => {
  it.each([
    { input: [2, 6, 7, 3], filter: [3, 3, 3, 1], strides: 1, pad: 'same' as const },
    { input: [2, 6, 7, 3], filter: [3, 3, 3, 1], strides: 1, pad: 'valid' as const },
    { input: [2, 8, 6, 3], filter: [3, 3, 3, 1], strides: 2, pad: 'same' as const },
    { input: [1, 7, 9, 2], filter: [3, 3, 2, 1], strides: 2, pad: 'same' as const },
    { input: [1, 8, 8, 2], filter: [3, 3, 2, 1], strides: 2, pad: 'valid' as const },
    { input: [1, 5, 6, 2], filter: [3, 3, 2, 3], strides: 1, pad: 'same' as const },
    { input: [1, 5, 6, 2], filter: [5, 5, 2, 2], strides: 2, pad: 'same' as const },
    { input: [1, 5, 6, 1], filter: [3, 3, 1, 1], strides: 1, pad: 'same' as const },
  ])('$filter, stride $strides, $pad: value and gradients equal the cpu backend', async (layer) => {
    const { input, filter, strides, pad } = layer;
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
    await expectSameOnBothBackends(f, [input, filter]);
  });

  it('separable: value and gradients equal the cpu backend', async () => {
    const f = (x: tf.Tensor, depthwise: tf.Tensor, pointwise: tf.Tensor) =>
      tf.separableConv2d(
        x as tf.Tensor4D,
        depthwise as tf.Tensor4D,
        pointwise as tf.Tensor4D,
        2,
        'same',
      );
    await expectSameOnBothBackends(f, [
      [2, 7, 6, 3],
      [3, 3, 3, 2],
      [1, 1, 6, 5],
    ]);
  });
});
