import { describe, expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { BackwardNetwork } from '../../../tools/gradients/backward-network.js';

const inShape = [1, 4, 6, 8];

function noise(length: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length }, () => random() * 2 - 1);
}

/** Numbers of -1 to 1 in no order, no two nearer than 0.01: a small step crosses no kink and no maximum changes hands. */
function apart(length: number): Float32Array {
  const order = noise(length, 1);
  const ranks = [...order.keys()].sort((a, b) => order[a]! - order[b]!);
  const values = new Float32Array(length);
  for (const [rank, place] of ranks.entries()) values[place] = ((rank + 0.3) / length) * 2 - 1;
  return values;
}

/** A network of one or a few nodes; `build` names its last value. */
function networkOf(build: (graph: OnnxGraph) => string): Bundle {
  const graph = new OnnxGraph('one');
  graph.input('x', inShape);
  graph.node('Identity', [build(graph)], {}, 'y');
  graph.output('y', []);
  // The shape of the output is whatever comes out.
  graph.proto.output[0]!.type = undefined as never;
  return {
    where: 'one',
    network: graph.toBytes(),
    manifest: { input: { tensor: { name: 'x', dtype: 'float32', shape: inShape } } },
  } as unknown as Bundle;
}

const weights = (g: OnnxGraph, dims: number[], seed = 3) =>
  g.constant(
    'w',
    dims,
    noise(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  );
const floats = (g: OnnxGraph, ...values: number[]) =>
  g.constant('f', [values.length], Float32Array.from(values));
const above1 = (g: OnnxGraph) => g.node('Add', ['x', g.scalar('s', 2)]);

const cases: Record<string, (g: OnnxGraph) => string> = {
  'Conv, strided, dilated, padded on one side': (g) =>
    g.node('Conv', ['x', weights(g, [3, 4, 3, 2])], {
      strides: [2, 1],
      dilations: [1, 2],
      pads: [1, 0, 0, 2],
    }),
  'Conv, SAME_UPPER with stride 2': (g) =>
    g.node('Conv', ['x', weights(g, [3, 4, 3, 3])], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  'Conv by channel': (g) => g.node('Conv', ['x', weights(g, [4, 1, 3, 3])], { group: 4 }),
  'ConvTranspose, strided with output padding': (g) =>
    g.node('ConvTranspose', ['x', weights(g, [4, 2, 3, 3])], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      output_padding: [1, 1],
    }),
  'MaxPool, windows apart': (g) =>
    g.node('MaxPool', ['x'], { kernel_shape: [2, 2], strides: [2, 2] }),
  'MaxPool, windows that overlap': (g) =>
    g.node('MaxPool', ['x'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  'AveragePool at padded edges': (g) =>
    g.node('AveragePool', ['x'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  'AveragePool, padding counted, window over the edge': (g) =>
    g.node('AveragePool', ['x'], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  GlobalAveragePool: (g) => g.node('GlobalAveragePool', ['x']),
  'Resize, nearest': (g) =>
    g.node('Resize', ['x', '', floats(g, 1, 1, 2, 2)], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  'Resize, linear, to a size': (g) =>
    g.node('Resize', ['x', '', '', g.ints('size', [1, 4, 9, 13])], { mode: 'linear' }),
  LeakyRelu: (g) => g.node('LeakyRelu', ['x'], { alpha: { float: 0.1 } }),
  Elu: (g) => g.node('Elu', ['x'], { alpha: { float: 0.7 } }),
  'Clip at 0 and 0.5': (g) => g.node('Clip', ['x', g.scalar('a', 0), g.scalar('b', 0.5)]),
  HardSwish: (g) => g.node('HardSwish', ['x']),
  HardSigmoid: (g) => g.node('HardSigmoid', ['x'], { alpha: { float: 0.5 } }),
  'Sigmoid and Mul (SiLU)': (g) => g.node('Mul', ['x', g.node('Sigmoid', ['x'])]),
  'Tanh, Exp, Softplus': (g) => g.node('Tanh', [g.node('Softplus', [g.node('Exp', ['x'])])]),
  'Log, Sqrt, Reciprocal': (g) =>
    g.node('Reciprocal', [g.node('Sqrt', [g.node('Log', [above1(g)])])]),
  'Pow, Neg, Erf, Abs': (g) =>
    g.node('Abs', [
      g.node('Erf', [g.node('Neg', [g.node('Pow', [above1(g), g.scalar('p', 1.5)])])]),
    ]),
  'Sub and Div, broadcast': (g) => {
    const mean = g.node('ReduceMean', ['x'], { axes: [2, 3], keepdims: 1 });
    return g.node('Div', [g.node('Sub', ['x', mean]), g.node('Add', [mean, g.scalar('s', 3)])]);
  },
  'ReduceSum without its axes kept': (g) =>
    g.node('ReduceSum', ['x', g.ints('axes', [1])], { keepdims: 0 }),
  'Softmax over channels': (g) => g.node('Softmax', ['x'], { axis: 1 }),
  LogSoftmax: (g) => g.node('LogSoftmax', ['x'], { axis: 1 }),
  BatchNormalization: (g) =>
    g.node('BatchNormalization', [
      'x',
      floats(g, 1, 2, 3, 4),
      floats(g, 0, 1, 0, 1),
      floats(g, 0, 0.1, 0.2, 0.3),
      floats(g, 1, 2, 0.5, 4),
    ]),
  'Gemm behind Flatten': (g) =>
    g.node('Gemm', [g.node('Flatten', ['x']), weights(g, [5, 192])], {
      transB: 1,
      alpha: { float: 0.5 },
    }),
  'MatMul of two that depend on the input': (g) =>
    g.node('MatMul', ['x', g.node('Transpose', ['x'], { perm: [0, 1, 3, 2] })]),
  'Concat of slices with steps': (g) => {
    const part = (start: number) =>
      g.node('Slice', [
        'x',
        g.ints('s', [start, -1]),
        g.ints('e', [6, -9]),
        g.ints('a', [2, 3]),
        g.ints('t', [2, -2]),
      ]);
    return g.node('Concat', [part(0), part(1)], { axis: 1 });
  },
  'Split, of which one part is read': (g) => {
    const [, second] = g.nodes('Split', ['x', g.ints('parts', [1, 3])], 2, { axis: 1 });
    return g.node('Mul', [second!, second!]);
  },
  'Gather with a place taken twice': (g) =>
    g.node('Gather', ['x', g.ints('places', [2, 0, 2])], { axis: 1 }),
  'Pad, Expand, Squeeze, Unsqueeze': (g) => {
    const padded = g.node('Pad', ['x', g.ints('pads', [0, 0, 1, 2, 0, 0, 0, 1])]);
    const flat = g.node('Squeeze', [padded, g.ints('a', [0])]);
    const wide = g.node('Unsqueeze', [flat, g.ints('b', [0])]);
    return g.node('Expand', [wide, g.ints('shape', [2, 4, 7, 11])]);
  },
  'SpaceToDepth and DepthToSpace': (g) => {
    const deep = g.node('SpaceToDepth', ['x'], { blocksize: 2 });
    return g.node('DepthToSpace', [g.node('Mul', [deep, deep])], { blocksize: 2 });
  },
};

describe('the derivative of each operator is what central differences say', () => {
  test.each(Object.entries(cases))('%s', (_, build) => {
    const network = BackwardNetwork.open(networkOf(build), { from: ['y'] });
    try {
      const at = apart(192);
      const size = network.outputShapes.get('y')!.reduce((a, b) => a * b, 1);
      const along = noise(size, 2);
      const value = (x: Float32Array) =>
        network.forward(x)['y']!.reduce((sum, each, i) => sum + each * along[i]!, 0);
      const { input } = network.backward(at, { y: along });
      const largest = input.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      expect(largest).toBeGreaterThan(0);
      for (let i = 0; i < at.length; i += 7) {
        const moved = (by: number) => value(at.map((each, j) => (j === i ? each + by : each)));
        const found = (moved(2e-3) - moved(-2e-3)) / 4e-3;
        expect(Math.abs(found - input[i]!) / largest).toBeLessThan(2e-3);
      }
    } finally {
      network.release();
    }
  });
});

test('an operator without a known derivative is named, with the way out', () => {
  const network = networkOf((g) => g.node('Sin', ['x']));
  expect(() => BackwardNetwork.open(network, { from: ['y'] })).toThrow(
    /whose derivative is known, found Sin at .*occlusion/,
  );
});
