import { expect, it } from 'vitest';
import { NativeSession } from '../../src/inference/native-session.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { putInFront } from '../../src/onnx/put-in-front.js';

const here = { where: 'x.onnx', opset: 16, purpose: 'the test' };

/** y = 2 x, or whatever the factor is, for two values. */
function scaled(name: string, input: string, output: string, factor: number, prefix = '') {
  const graph = new OnnxGraph(name, prefix);
  graph.input(input, [2]);
  graph.node('Mul', [input, graph.scalar('factor', factor)], {}, output);
  return graph;
}

it('feeds the network from the graph, whatever both call their values', () => {
  const network = scaled('network', 'x', 'y', 3);
  network.output('y', [2]);
  const front = scaled('front', 'raw', 'x', 5, 'front/');
  const session = NativeSession.load(putInFront(front, network.toBytes(), 'x', here), 'joined');
  const data = new Float32Array(2);
  session.run(
    { raw: { type: 'float32', dims: [2], data: Float32Array.of(1, -2) } },
    { y: { type: 'float32', dims: [2], data } },
  );
  session.release();
  expect([...data]).toEqual([15, -30]);
});

it('refuses bytes that are no network, and a network without the input', () => {
  const front = scaled('front', 'raw', 'x', 5, 'front/');
  expect(() => putInFront(front, Uint8Array.of(255, 255, 255), 'x', here)).toThrow(/ONNX network/);
  const network = scaled('network', 'x', 'y', 3);
  expect(() => putInFront(front, network.toBytes(), 'picture', here)).toThrow(
    'expected a network with the input "picture", found x',
  );
});
