import { expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { NativeSession } from '../../../src/inference/native-session.js';
import { toHalfBits } from '../../../src/onnx/half-float.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import type { Dataset } from '../../../tools/datasets/sample.js';
import { toFloat16 } from '../../../tools/quantize/float16-network.js';
import { int8Recipe } from '../../../tools/quantize/int8-recipe.js';
import { noiseToSignal } from '../../../tools/quantize/layer-noise.js';
import { rejection } from '../datasets/dataset-builders.js';
import { answer, mixedNetwork, networkOf } from './tiny-networks.js';

const network = mixedNetwork();

test('a network in float16 gives nearly the float answers through float32 inputs and outputs', () => {
  const halved = toFloat16(network, 'test');
  const noise = noiseToSignal([answer(network, 3)], [answer(halved, 3)]);
  expect(noise).toBeGreaterThan(0);
  expect(noise).toBeLessThan(1e-5);
});

test('its weights take half the bytes', () => {
  const half = NetworkGraph.read(toFloat16(network, 'test'), 'test').constants;
  for (const [name, { rawData, dataType }] of NetworkGraph.read(network, 'test').constants) {
    if (dataType === 1) expect(half.get(name)!.rawData.length * 2).toBe(rawData.length);
  }
});

test('a weight that float16 cannot hold is named', () => {
  const large = networkOf(
    (graph) => graph.node('Mul', ['x', graph.constant('gain', [1], Float32Array.of(1e6), true)]),
    [1, 3, 12, 16],
  );
  expect(() => toFloat16(large, 'big.onnx')).toThrow(
    /big\.onnx: gain: expected weights up to 65504.*found 1000000/,
  );
});

/** Which of three channels is the largest in each of two pixels, as class numbers. */
function classNumbers(): Uint8Array {
  const graph = new OnnxGraph('classes');
  graph.input('x', [1, 3, 1, 2]);
  const same = graph.constant('w', [3, 3, 1, 1], Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  const scores = graph.node('Conv', ['x', same], { kernel_shape: [1, 1] });
  graph.node('ArgMax', [scores], { axis: 1, keepdims: 0 }, 'map');
  graph.output('map', [1, 1, 2], 'int64');
  return graph.toBytes();
}

test('class numbers that a network answers stay integers', () => {
  const session = NativeSession.load(toFloat16(classNumbers(), 'test'), 'test');
  const x = {
    type: 'float32' as const,
    dims: [1, 3, 1, 2],
    data: Float32Array.of(1, 2, 3, 1, 2, 5),
  };
  const { map } = session.answer({ x }, ['map']);
  session.release();
  expect(map!.type).toBe('int64');
  expect([...map!.data].map(Number)).toEqual([1, 2]);
});

test('a network without weights in float32 is refused: it would be the same one under another name', async () => {
  const graph = new OnnxGraph('halves');
  graph.input('x', [1, 3, 1, 2], 'float16');
  const weights = graph.constant('w', [1, 3, 1, 1], toHalfBits(Float32Array.of(1, 2, 3)));
  graph.node('Conv', ['x', weights], { kernel_shape: [1, 1] }, 'y');
  graph.output('y', [1, 1, 1, 2], 'float16');
  const halves = graph.toBytes();
  const found = /test: expected (layers with )?weights in float32 .* found none/;
  expect(() => toFloat16(halves, 'test')).toThrow(found);
  const tensor = { name: 'x', dtype: 'float16', shape: [1, 3, 1, 2] };
  const bundle = { manifest: { input: { tensor } }, network: halves, where: 'test' };
  const made = int8Recipe(bundle as unknown as Bundle, {} as Dataset, {
    method: 'minmax',
    percentile: 100,
    activations: 'uint8',
    weightBits: 7,
  });
  const { code, message } = await rejection(made);
  expect(code).toBe('ERR_EXPORT');
  expect(message).toMatch(found);
});
