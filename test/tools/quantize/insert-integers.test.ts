import { describe, expect, test } from 'vitest';
import { NetworkGraph } from '../../../src/onnx/network-graph.js';
import { largestPairOfWeights } from '../../../src/onnx/saturating-sums.js';
import { clippedRange } from '../../../tools/quantize/clipping.js';
import { type IntegerOptions, insertIntegers } from '../../../tools/quantize/insert-integers.js';
import type { ValueRange } from '../../../tools/quantize/integer-range.js';
import { noiseToSignal } from '../../../tools/quantize/layer-noise.js';
import { layersOf } from '../../../tools/quantize/layers.js';
import { prepareNetwork } from '../../../tools/quantize/prepare-network.js';
import { ValueHistogram } from '../../../tools/quantize/value-histogram.js';
import {
  answer,
  convolve,
  mixedNetwork,
  networkOf,
  operatorsOf,
  randomFloats,
} from './tiny-networks.js';

const network = mixedNetwork();
const matMul = NetworkGraph.read(network, 'test').nodes.find(({ opType }) => opType === 'MatMul')!;
const prepared = prepareNetwork(network, 'test', new Map([[matMul.input[0]!, 2]]));
const layerNames = layersOf(NetworkGraph.read(prepared, 'test')).map(({ name }) => name);

/** Ranges of everything, from eight random inputs. */
const ranges: Map<string, ValueRange> = (() => {
  const graph = NetworkGraph.read(prepared, 'test');
  const outputs = new Set(graph.outputs);
  const names = graph.nodes.flatMap((node) => node.output).filter((name) => !outputs.has(name));
  graph.expose(names);
  const watched = graph.toBytes();
  const histograms = new Map<string, ValueHistogram>();
  for (let seed = 10; seed < 18; seed++) {
    const values = { ...answer(watched, seed), x: randomFloats(576, seed) };
    for (const [name, data] of Object.entries(values)) {
      const histogram = histograms.get(name) ?? new ValueHistogram();
      histogram.add(data);
      histograms.set(name, histogram);
    }
  }
  return new Map([...histograms].map(([name, h]) => [name, clippedRange(h, 'minmax', 100)]));
})();

const insert = (options: Partial<IntegerOptions> = {}) =>
  insertIntegers(prepared, ranges, {
    floatLayers: new Set(),
    activations: 'uint8',
    weightBits: 8,
    ...options,
  });
const noiseOf = (candidate: Uint8Array) =>
  noiseToSignal([answer(network, 3)], [answer(candidate, 3)]);

/** The most that two weights of one sign in one output channel sum to. */
function largestPair(weights: Int8Array, dims: readonly number[], channelAxis: number): number {
  const inner = dims.slice(channelAxis + 1).reduce((a, b) => a * b, 1);
  const channels = Array.from({ length: dims[channelAxis]! }, () => [] as number[]);
  weights.forEach((weight, i) => {
    channels[Math.floor(i / inner) % channels.length]!.push(weight);
  });
  const sums = channels.flatMap((all) =>
    [all, all.map((weight) => -weight)].map((signed) => {
      const [first = 0, second = 0] = signed.toSorted((a, b) => b - a);
      return Math.max(0, first) + Math.max(0, second);
    }),
  );
  return Math.max(...sums);
}

describe('a network in integers', () => {
  test('gives nearly the float answers, under the same names', () => {
    expect(layerNames).toEqual(['stem', 'left', 'right', 'inner', 'grow', 'dense']);
    const noise = noiseOf(insert());
    expect(noise).toBeGreaterThan(0);
    // 25 dB: eight bits a value, six layers.
    expect(noise).toBeLessThan(10 ** -2.5);
  });

  test('is three to four times smaller', () => {
    // Without what the tiny network spends on names.
    const weightBytes = (bytes: Uint8Array) =>
      [...NetworkGraph.read(bytes, 'test').constants.values()].reduce(
        (sum, { rawData }) => sum + rawData.length,
        0,
      );
    expect(weightBytes(insert())).toBeLessThan(weightBytes(prepared) / 3);
  });

  test('keeps the layers it is told to in float', () => {
    const some = insert({ floatLayers: new Set(['inner', 'dense']) });
    const graph = NetworkGraph.read(some, 'test');
    expect(graph.floats('inner.kernel')).toBeDefined();
    expect(graph.floats('dense.kernel')).toBeDefined();
    expect(graph.floats('stem.kernel')).toBeUndefined();
    expect(noiseOf(some)).toBeLessThan(10 ** -2.5);
  });

  test('with every layer in float is the float network', () => {
    const none = insert({ floatLayers: new Set(layerNames) });
    expect(operatorsOf(none)).toEqual(operatorsOf(prepared));
    expect(noiseOf(none)).toBe(noiseOf(prepared));
  });

  test('around zero, as TensorRT asks for, has zero points of zero only', () => {
    const signed = insert({ activations: 'int8' });
    const points = [...NetworkGraph.read(signed, 'test').constants.values()].filter(({ name }) =>
      name.endsWith('_zero_point'),
    );
    expect(points.length).toBeGreaterThan(10);
    for (const { rawData, dataType } of points) {
      expect(dataType).toBe(3);
      expect([...rawData].every((byte) => byte === 0)).toBe(true);
    }
    expect(noiseOf(signed)).toBeLessThan(10 ** -2);
  });

  test('with weights of 7 bits has no two of one channel that 16 bits cannot hold', () => {
    const narrow = NetworkGraph.read(insert({ weightBits: 7 }), 'test');
    const found = layersOf(NetworkGraph.read(prepared, 'test')).map(({ name, channelAxis }) => {
      const { dims, rawData } = [...narrow.constants.values()].find(
        (tensor) => tensor.name.startsWith(`${name}.`) && /kernel.*_integers$/.test(tensor.name),
      )!;
      return largestPair(
        new Int8Array(Uint8Array.from(rawData).buffer),
        dims.map(Number),
        channelAxis,
      );
    });
    // 126: two inputs of 255 make 32,130 of 32,767.
    expect(Math.max(...found)).toBeLessThanOrEqual(largestPairOfWeights);
    expect(Math.max(...found)).toBeGreaterThan(100);
  });

  test('with weights of 7 bits gives the same answers where sums of two products saturate', () => {
    const narrow = insert({ weightBits: 7 });
    expect(noiseOf(narrow)).toBeLessThan(10 ** -2);
    // The kernels that add in 16 bits, on a processor that has no others.
    expect(answer(narrow, 3, { hasNarrowSums: true })).toEqual(answer(narrow, 3));
  });

  test('rounds each value once, and an answer that leaves a Gemm not at all', () => {
    const graph = NetworkGraph.read(insert(), 'test');
    const producers = graph.producers();
    expect(producers.get('head')!.opType).toBe('Gemm');
    expect(producers.get('map')!.opType).toBe('DequantizeLinear');
    for (const node of graph.nodes) {
      if (node.opType !== 'QuantizeLinear') continue;
      expect(producers.get(node.input[0]!)?.opType).not.toBe('DequantizeLinear');
    }
  });

  test('shares one scale where values are only moved', () => {
    const graph = NetworkGraph.read(insert(), 'test');
    const producers = graph.producers();
    const scaleOf = (name: string) =>
      [...(graph.floats(producers.get(name)!.input[1])?.values ?? [])][0];
    const pool = graph.nodes.find(({ opType }) => opType === 'MaxPool')!;
    const rounding = graph.nodes.find(
      ({ opType, input }) => opType === 'QuantizeLinear' && input[0] === pool.output[0],
    )!;
    expect(graph.floats(rounding.input[1])!.values[0]).toBe(scaleOf(pool.input[0]!));
  });
});

test('a Relu behind a pool that stays in float stays there too, whose input nobody has measured', () => {
  const point = { kernel_shape: [1, 1] };
  const bytes = networkOf(
    (graph) => {
      const made = convolve(graph, 'x', [4, 3, 1, 1], point, { name: 'first' });
      const pool = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
      const smooth = graph.node('Relu', [graph.node('AveragePool', [made], pool)]);
      return convolve(graph, smooth, [2, 4, 1, 1], point, { name: 'second' });
    },
    [1, 2, 12, 16],
  );
  const range = { low: -2, high: 2 };
  const first = NetworkGraph.read(bytes, 'test').nodes;
  const [conv, , relu, last] = first.map(({ output }) => output[0]!);
  // As calibration counts: not what a Relu alone reads.
  const known = new Map(['x', conv!, relu!, last!, 'y'].map((name) => [name, range]));
  const only = (float: string) =>
    insertIntegers(bytes, known, {
      floatLayers: new Set([float]),
      activations: 'uint8',
      weightBits: 7,
    });
  expect(operatorsOf(only('second'))).toContain('QuantizeLinear');
  expect(operatorsOf(only('first'))).toContain('QuantizeLinear');
});
