import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import type { tf } from '../../../layers-to-onnx/tf.js';
import { sizeOf } from './heap-backend.js';
import type { HeapKernel } from './heap-kernel.js';

type BatchNormInputs = Record<'x' | 'mean' | 'variance', tf.TensorInfo> &
  Partial<Record<'scale' | 'offset', tf.TensorInfo>>;

/** y = (x - mean) / sqrt(variance + epsilon) * scale + offset, with one value of each per channel. */
export const fusedBatchNorm: HeapKernel = {
  name: 'FusedBatchNorm',
  compute({ inputs, attrs, backend, graphs }) {
    const { x, mean, variance, scale, offset } = inputs as BatchNormInputs;
    if (x.dtype !== 'float32' || mean.shape.length !== 1) return undefined;
    const rows = rowsOf(x, mean);
    const optional = [scale, offset].filter((tensor) => tensor !== undefined);
    return graphs.run(
      backend,
      'FusedBatchNorm',
      [attrs['varianceEpsilon'], scale !== undefined, offset !== undefined],
      [
        { tensor: x, dims: rows },
        { tensor: mean },
        { tensor: variance },
        ...optional.map((tensor) => ({ tensor })),
      ],
      [{ shape: x.shape, dims: rows }],
      (graph, xs, m, v, ...rest) => {
        const inverse = inverseDeviation(graph, v!, attrs['varianceEpsilon'] as number);
        const factor = scale === undefined ? inverse : graph.node('Mul', [inverse, rest.shift()!]);
        // One factor and one addend per channel: two passes over x instead of three.
        const product = graph.node('Mul', [xs!, factor]);
        const shift = graph.node('Mul', [m!, factor]);
        return [
          offset === undefined
            ? graph.node('Sub', [product, shift])
            : graph.node('Add', [product, graph.node('Sub', [rest[0]!, shift])]),
        ];
      },
    )[0];
  },
};

/**
 * All gradients of `FusedBatchNorm` at once: with respect to x, mean, variance, scale and offset, in this order. Not a
 * kernel of TensorFlow.js: the gradient in gradients.ts calls it.
 */
export const fusedBatchNormGrad: HeapKernel = {
  name: 'FusedBatchNormGrad',
  compute({ inputs, attrs, backend, graphs }) {
    const { dy, x, mean, variance, scale } = inputs as Record<string, tf.TensorInfo>;
    const rows = rowsOf(x!, mean!);
    const epsilon = attrs['varianceEpsilon'] as number;
    const ofRows = { shape: x!.shape, dims: rows };
    const ofChannels = { shape: mean!.shape };
    return graphs.run(
      backend,
      'FusedBatchNormGrad',
      epsilon,
      [
        { tensor: dy!, dims: rows },
        { tensor: x!, dims: rows },
        { tensor: mean! },
        { tensor: variance! },
        { tensor: scale! },
      ],
      [ofRows, ofChannels, ofChannels, ofChannels, ofChannels],
      (graph, d, xs, m, v, s) => gradientNodes(graph, epsilon, d!, xs!, m!, v!, s!),
    );
  },
};

// With r = 1 / sqrt(variance + epsilon), y = (x - mean) r scale + offset, sums over all rows of a channel:
// dx = dy r scale, dmean = -sum(dy) r scale, dscale = sum(dy (x - mean)) r, doffset = sum(dy),
// dvariance = sum(dy (x - mean)) scale (-1/2 r^3).
function gradientNodes(
  graph: OnnxGraph,
  epsilon: number,
  dy: string,
  x: string,
  mean: string,
  variance: string,
  scale: string,
): string[] {
  const rowAxis = graph.ints('rows', [0]);
  const sumRows = (value: string) => graph.node('ReduceSum', [value, rowAxis], { keepdims: 0 });
  const inverse = inverseDeviation(graph, variance, epsilon);
  const factor = graph.node('Mul', [inverse, scale]);
  const centred = graph.node('Sub', [x, mean]);
  const sumDy = sumRows(dy);
  const scaleGradient = graph.node('Mul', [sumRows(graph.node('Mul', [dy, centred])), inverse]);
  const curvature = graph.node('Mul', [
    graph.node('Mul', [inverse, factor]),
    graph.scalar('minus_half', -0.5),
  ]);
  return [
    graph.node('Mul', [dy, factor]),
    graph.node('Neg', [graph.node('Mul', [sumDy, factor])]),
    graph.node('Mul', [scaleGradient, curvature]),
    scaleGradient,
    sumDy,
  ];
}

function inverseDeviation(graph: OnnxGraph, variance: string, epsilon: number): string {
  const raised = graph.node('Add', [variance, graph.scalar('epsilon', epsilon)]);
  return graph.node('Reciprocal', [graph.node('Sqrt', [raised])]);
}

/** Shape of the input as a matrix: one row per pixel, one column per channel. */
function rowsOf(x: tf.TensorInfo, mean: tf.TensorInfo): number[] {
  const channels = mean.shape[0]!;
  return [sizeOf(x.shape) / channels, channels];
}
