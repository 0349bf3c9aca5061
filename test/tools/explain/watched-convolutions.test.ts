import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { toHalfBits } from '../../../src/onnx/half-float.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { WatchedConvolutions } from '../../../tools/explain/watched-convolutions.js';
import { inputSpec } from '../../support/frames.js';

test('convolutions of an adopted network that reads bytes and a second input can be watched', () => {
  const graph = new OnnxGraph('adopted');
  graph.input('image', [1, 3, 2, 2], 'uint8');
  graph.input('factor', [1], 'int32');
  const floats = graph.node('Cast', ['image'], { to: 1 });
  const scaled = graph.node('Mul', [floats, graph.node('Cast', ['factor'], { to: 1 })]);
  const weights = graph.constant('w', [1, 3, 1, 1], Float32Array.of(1, 0, 0));
  graph.node('Conv', [scaled, weights], { kernel_shape: [1, 1] }, 'answer');
  graph.output('answer', [1, 1, 2, 2]);
  const bundle = {
    manifest: {
      input: {
        tensor: { name: 'image', dtype: 'uint8', shape: [1, 3, 2, 2] },
        spec: inputSpec({ widthPx: 2, heightPx: 2 }),
        constants: [{ name: 'factor', dtype: 'int32', shape: [1], values: [2] }],
      },
    },
    network: graph.toBytes(),
    where: 'adopted',
  } as unknown as Bundle;
  const watched = WatchedConvolutions.open(bundle);
  const input = Float32Array.from({ length: 12 }, (_, i) => 10 * i + 0.4);
  expect([...watched.layers(input)[0]!.mean]).toEqual([0, 20, 40, 60]);
  watched.release();
});

test('convolutions of a network in 16 bits are watched as numbers, not as bits, and with their own kernels', () => {
  const graph = new OnnxGraph('halves');
  graph.input('image', [1, 3, 3, 3], 'float16');
  const weights = toHalfBits(new Float32Array(27).fill(0.5));
  graph.node('Conv', ['image', graph.constant('w', [1, 3, 3, 3], weights)], {}, 'answer');
  graph.output('answer', [1, 1, 1, 1], 'float16');
  const bundle = {
    manifest: {
      input: {
        tensor: { name: 'image', dtype: 'float16', shape: [1, 3, 3, 3] },
        spec: inputSpec({ widthPx: 3, heightPx: 3 }),
      },
    },
    network: graph.toBytes(),
    where: 'halves',
  } as unknown as Bundle;
  const watched = WatchedConvolutions.open(bundle);
  const [layer] = watched.layers(new Float32Array(27).fill(2));
  watched.release();
  expect([...layer!.mean]).toEqual([27]);
  expect(layer!.kernel).toEqual([3, 3]);
});
