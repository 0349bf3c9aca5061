import { expect, test } from 'vitest';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { toFloat16 } from '../../../tools/quantize/float16-network.js';
import { noiseToSignal } from '../../../tools/quantize/layer-noise.js';
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
