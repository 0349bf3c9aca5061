import { mulberry32 } from '../../../src/bundle/golden.js';
import { NativeSession, type NativeSessionOptions } from '../../../src/inference/native-session.js';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { type AttributeValue, OnnxGraph } from '../../../src/onnx/onnx-graph.js';

/** Numbers in [-1, 1), always the same for a seed. */
export function randomFloats(length: number, seed: number): Float32Array {
  const next = mulberry32(seed);
  return Float32Array.from({ length }, () => 2 * next() - 1);
}

/** The input `x` of all networks here. */
export const inputShape = [1, 3, 12, 16];
const inputLength = 3 * 12 * 16;

/** Adds a convolution or transposed one with random weights of these dims, scaled so that values keep their size. */
export function convolve(
  graph: OnnxGraph,
  input: string,
  dims: [number, number, number, number],
  attributes: Record<string, AttributeValue>,
  { opType = 'Conv', name = 'layer' } = {},
): string {
  const length = dims.reduce((a, b) => a * b, 1);
  const [first, second, rows, columns] = dims;
  const [fanIn, outputs] = opType === 'Conv' ? [second, first] : [first, second];
  const gain = Math.sqrt(3 / (fanIn * rows * columns));
  const weights = randomFloats(length, length + 1).map((value) => value * gain);
  return graph.node(
    opType,
    [
      input,
      graph.constant(`${name}.kernel`, dims, weights, true),
      graph.constant(`${name}.bias`, [outputs], randomFloats(outputs, 7), true),
    ],
    attributes,
  );
}

/**
 * One of everything: two branches of convolutions that are concatenated, pooled, added, enlarged by a transposed
 * convolution, and a dense head behind a Transpose and a Reshape. Outputs `map` and `head`.
 */
export function mixedNetwork(): Uint8Array {
  const graph = new OnnxGraph('mixed');
  graph.input('x', inputShape);
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const point = { kernel_shape: [1, 1] };
  const stem = graph.node('Relu', [convolve(graph, 'x', [8, 3, 3, 3], same, { name: 'stem' })]);
  const left = graph.node('Relu', [convolve(graph, stem, [6, 8, 3, 3], same, { name: 'left' })]);
  const averaged = graph.node('AveragePool', [stem], { ...same, strides: [1, 1] });
  const right = graph.node('Relu', [
    convolve(graph, averaged, [4, 8, 1, 1], point, { name: 'right' }),
  ]);
  const both = graph.node('Concat', [left, right], { axis: 1 });
  const pooled = graph.node('MaxPool', [both], { kernel_shape: [2, 2], strides: [2, 2] });
  const inner = convolve(graph, pooled, [10, 10, 3, 3], same, { name: 'inner' });
  const sum = graph.node('Add', [pooled, inner]);
  const grown = convolve(
    graph,
    sum,
    [10, 5, 4, 4],
    { kernel_shape: [4, 4], strides: [2, 2], pads: [1, 1, 1, 1] },
    { opType: 'ConvTranspose', name: 'grow' },
  );
  graph.node('Identity', [graph.node('Relu', [grown])], {}, 'map');
  const last = graph.node('Transpose', [sum], { perm: [0, 2, 3, 1] });
  const flat = graph.node('Reshape', [last, graph.ints('shape', [0, 480])]);
  const weights = randomFloats(480 * 7, 3).map((value) => value / 10);
  const product = graph.node('MatMul', [
    flat,
    graph.constant('dense.kernel', [480, 7], weights, true),
  ]);
  const dense = graph.node('Add', [product, graph.constant('dense.bias', [7], randomFloats(7, 5))]);
  graph.node('Identity', [dense], {}, 'head');
  graph.output('map', [1, 5, 12, 16]);
  graph.output('head', [1, 7]);
  return graph.toBytes();
}

/** The network's outputs for `x`, random by seed. */
export function answer(
  network: Uint8Array,
  seed: number,
  options: NativeSessionOptions = {},
): Record<string, Float32Array> {
  const session = NativeSession.load(network, 'test', options);
  const names = NetworkGraph.read(network, 'test').outputs;
  const x = { type: 'float32' as const, dims: inputShape, data: randomFloats(inputLength, seed) };
  const outputs = session.answer({ x }, names);
  session.release();
  return Object.fromEntries(names.map((name) => [name, outputs[name]!.data as Float32Array]));
}

/** A network of one input `x` and one output `y`, which `build` computes. */
export function networkOf(build: (graph: OnnxGraph) => string, shape: number[]): Uint8Array {
  const graph = new OnnxGraph('one');
  graph.input('x', inputShape);
  graph.node('Identity', [build(graph)], {}, 'y');
  graph.output('y', shape);
  return graph.toBytes();
}

/** The largest absolute difference. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** Names of operators, in order. */
export function operatorsOf(network: Uint8Array): string[] {
  return NetworkGraph.read(network, 'test').nodes.map(({ opType }) => opType);
}
