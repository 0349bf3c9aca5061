import { OnnxGraph } from './onnx-graph.js';

/**
 * Processors without VNNI multiply uint8 by int8 and add two products in 16 bits that saturate (x86: VPMADDUBSW). Two
 * weights of one sign fit if their sum is at most this: 255 * 128 = 32,640 of 32,767.
 */
export const largestPairOfWeights = 128;

/** A network that answers wrongly if sums of two products saturate, its input, and the right answers. */
export interface SaturatingSums {
  network: Uint8Array;
  /** The input `x`. */
  input: { dims: readonly number[]; data: Float32Array };
  /** Output name -> number of elements, the value of all of them, and the rounding tolerance. */
  outputs: Readonly<Record<string, { count: number; value: number; tolerance: number }>>;
}

const channels = 32;
const sidePx = 6;
const filters = 16;
const largest = { value: 255, weight: 127 } as const;

/**
 * The kinds of layers that quantised bundles have (convolutions of 3x3 and 1x1, a depthwise one, a Gemm of one row), in
 * the same form, with every weight 127 and every input 255: in any order, each sum of two products, 64,770, is twice what
 * 16 bits hold.
 */
export function saturatingSums(): SaturatingSums {
  const graph = new OnnxGraph('saturating_sums');
  const dims = [1, channels, sidePx, sidePx];
  const length = channels * sidePx * sidePx;
  graph.input('x', dims);
  const outputs: Record<string, SaturatingSums['outputs'][string]> = {};
  const one = graph.constant('one', [], Float32Array.of(1));
  const zero = graph.constant('zero', [], Uint8Array.of(0));
  const rounded = (value: string, scale: string): string => {
    const integers = graph.node('QuantizeLinear', [value, scale, zero]);
    return graph.node('DequantizeLinear', [integers, scale, zero]);
  };
  const weights = (name: string, shape: number[], axis: number): string => {
    const count = shape[axis]!;
    const integers = new Int8Array(shape.reduce((a, b) => a * b, 1)).fill(largest.weight);
    return graph.node(
      'DequantizeLinear',
      [
        graph.constant(name, shape, integers),
        graph.constant(`${name}_scale`, [count], new Float32Array(count).fill(1)),
        graph.constant(`${name}_zero_point`, [count], new Int8Array(count)),
      ],
      { axis },
    );
  };
  const x = rounded('x', one);
  const convolve = (name: string, sizePx: number, group: number): void => {
    const inputs = channels / group;
    const count = group === 1 ? filters : channels;
    const shape = [count, inputs, sizePx, sizePx];
    const attributes = { kernel_shape: [sizePx, sizePx], group };
    const sums = graph.node('Conv', [x, weights(name, shape, 0)], attributes);
    // The right answer is the last of the 255 steps.
    const step = inputs * sizePx * sizePx * largest.weight;
    const scale = graph.constant(`${name}_step`, [], Float32Array.of(step));
    const edgePx = sidePx - sizePx + 1;
    graph.node('Identity', [rounded(sums, scale)], {}, name);
    graph.output(name, [1, count, edgePx, edgePx]);
    outputs[name] = {
      count: count * edgePx * edgePx,
      value: step * largest.value,
      tolerance: step,
    };
  };
  convolve('conv3x3', 3, 1);
  convolve('conv1x1', 1, 1);
  convolve('depthwise', 3, channels);
  const row = graph.node('Reshape', [x, graph.ints('row', [1, length])]);
  const product = graph.node('Gemm', [row, weights('gemm', [length, filters], 1)]);
  graph.node('Identity', [product], {}, 'dense');
  graph.output('dense', [1, filters]);
  const sum = length * largest.weight * largest.value;
  outputs['dense'] = { count: filters, value: sum, tolerance: sum * 1e-6 };
  return {
    network: graph.toBytes(),
    input: { dims, data: new Float32Array(length).fill(largest.value) },
    outputs,
  };
}

/**
 * The first answer that saturation made wrong, such as `conv3x3[0]: expected 9326880, found 4718592`; undefined if all
 * are right.
 */
export function saturatedAnswer(
  { outputs }: SaturatingSums,
  found: Readonly<Record<string, Float32Array>>,
): string | undefined {
  for (const [name, { count, value, tolerance }] of Object.entries(outputs)) {
    for (let i = 0; i < count; i++) {
      const answer = found[name]?.[i] ?? Number.NaN;
      if (Math.abs(answer - value) <= tolerance) continue;
      return `${name}[${i}]: expected ${value}, found ${answer}`;
    }
  }
  return undefined;
}
