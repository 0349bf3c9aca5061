import { describe, expect, test } from 'vitest';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { prepareNetwork } from '../../../tools/quantize/prepare-network.js';
import { subPixelRows } from '../../../tools/quantize/sub-pixel-convolution.js';
import {
  answer,
  convolve,
  inputShape,
  largestDifference,
  mixedNetwork,
  networkOf,
  operatorsOf,
} from './tiny-networks.js';

const prepare = (network: Uint8Array, known = new Map<string, number>()) =>
  prepareNetwork(network, 'test', known);
const [, , rows, columns] = inputShape as [number, number, number, number];

function transposed(kernel: number, stride: number, pad: number, extra = {}): Uint8Array {
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    ...extra,
  };
  const grown = (size: number) => (size - 1) * stride + kernel - 2 * pad;
  return networkOf(
    (graph) =>
      convolve(graph, 'x', [3, 4, kernel, kernel], attributes, { opType: 'ConvTranspose' }),
    [1, 4, grown(rows), grown(columns)],
  );
}

describe('a transposed convolution', () => {
  test.each([
    [2, 2, 0],
    [4, 2, 1],
    [3, 3, 0],
    [5, 3, 1],
    [8, 4, 2],
    [6, 2, 2],
  ])(
    'of kernel %i, stride %i, padding %i becomes a convolution of blocks with the same answers',
    (kernel, stride, pad) => {
      const network = transposed(kernel, stride, pad);
      const prepared = prepare(network);
      expect(operatorsOf(prepared)).toEqual(['Conv', 'DepthToSpace']);
      const [exact, found] = [answer(network, 1)['y']!, answer(prepared, 1)['y']!];
      expect(found.length).toBe(exact.length);
      expect(largestDifference(exact, found)).toBeLessThan(1e-5);
    },
  );

  test('that does not enlarge by exactly its stride stays as it is', () => {
    expect(operatorsOf(prepare(transposed(3, 2, 1)))).toEqual(['ConvTranspose']);
    expect(subPixelRows(3, 2, 1, 1)).toBeUndefined();
  });

  test('does its Relu before the pixels are rearranged', () => {
    const network = networkOf(
      (graph) => {
        const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
        const grown = convolve(graph, 'x', [3, 4, 2, 2], attributes, { opType: 'ConvTranspose' });
        return graph.node('MaxPool', [graph.node('Relu', [grown])], { kernel_shape: [1, 1] });
      },
      [1, 4, 2 * rows, 2 * columns],
    );
    const prepared = prepare(network);
    expect(operatorsOf(prepared)).toEqual(['Conv', 'Relu', 'DepthToSpace', 'MaxPool']);
    expect(largestDifference(answer(network, 1)['y']!, answer(prepared, 1)['y']!)).toBeLessThan(
      1e-5,
    );
  });
});

describe('an average before a 1x1 convolution', () => {
  const pool = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const pooledNetwork = (extra: Record<string, number>, outputs = 2) =>
    networkOf(
      (graph) =>
        convolve(
          graph,
          graph.node('AveragePool', ['x'], { ...pool, ...extra }),
          [outputs, 3, 1, 1],
          { kernel_shape: [1, 1] },
        ),
      [1, outputs, rows, columns],
    );

  test('is taken after it, borders included', () => {
    const network = pooledNetwork({});
    const prepared = prepare(network);
    expect(operatorsOf(prepared)).toEqual(['Conv', 'AveragePool']);
    expect(largestDifference(answer(network, 2)['y']!, answer(prepared, 2)['y']!)).toBeLessThan(
      1e-5,
    );
  });

  test('stays where padding counts, or where the convolution widens', () => {
    const order = ['AveragePool', 'Conv'];
    expect(operatorsOf(prepare(pooledNetwork({ count_include_pad: 1 })))).toEqual(order);
    expect(operatorsOf(prepare(pooledNetwork({}, 5)))).toEqual(order);
  });
});

test('a whole network prepared gives its own answers, under its own names', () => {
  const network = mixedNetwork();
  const flat = new Map(operatorInputs(network).map((name) => [name, 2]));
  const prepared = prepare(network, flat);
  const operators = operatorsOf(prepared);
  expect(operators).not.toContain('Identity');
  expect(operators).not.toContain('MatMul');
  expect(operators).not.toContain('ConvTranspose');
  expect(operators).toContain('Gemm');
  const [exact, found] = [answer(network, 3), answer(prepared, 3)];
  for (const name of ['map', 'head'])
    expect(largestDifference(exact[name]!, found[name]!)).toBeLessThan(1e-4);
});

test('a product of more than matrices is left alone', () => {
  expect(operatorsOf(prepare(mixedNetwork(), new Map()))).toContain('MatMul');
});

/** What the MatMul reads. */
function operatorInputs(network: Uint8Array): string[] {
  return NetworkGraph.read(network, 'test').nodes.flatMap((node) =>
    node.opType === 'MatMul' ? [node.input[0]!] : [],
  );
}
