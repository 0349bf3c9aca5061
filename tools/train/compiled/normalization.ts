import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import { channelsFirst } from '../../layers-to-onnx/tensor-layout.js';
import type { GradientRule } from './gradient-rule.js';
import type { TrainingGraph } from './training-graph.js';

const meanName = (node: LayerNode): string => `${node.name}:batch_mean`;
const varianceName = (node: LayerNode): string => `${node.name}:batch_variance`;

/**
 * Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015). ONNX's training mode returns
 * running values mixed by a momentum; with momentum 0 they are the batch's.
 */
export function normalizeByBatch(training: TrainingGraph, node: LayerNode, input: string): string {
  const graph = training.forward;
  const [gamma, beta, runningMean, runningVariance] = node.weights;
  const channels = node.outputShape.at(-1)!;
  const zeros = graph.constant('zeros', [channels], new Float32Array(channels));
  const ones = graph.constant('ones', [channels], new Float32Array(channels).fill(1));
  const scale = gamma!.name;
  const shift = beta!.name;
  const [normalized] = graph.nodes(
    'BatchNormalization',
    [input, scale, shift, zeros, ones],
    3,
    {
      training_mode: 1,
      momentum: { float: 0 },
      epsilon: { float: node.config['epsilon'] as number },
    },
    [graph.fresh('normalized'), meanName(node), varianceName(node)],
  );
  for (const [weight, valueName] of [
    [runningMean!, meanName(node)],
    [runningVariance!, varianceName(node)],
  ] as const) {
    training.save(valueName, [channels]);
    training.statistics.push({ weightName: weight.name, valueName, channels });
  }
  return normalized!;
}

/**
 * With x^ = (x - mean) * k and k = 1 / sqrt(variance + epsilon), over M values per channel:
 * d beta = sum dy, d gamma = sum dy x^, dx = gamma k (dy - d beta / M - x^ d gamma / M).
 * The last is a dy + b x + c with one a, b, c per channel, so three passes over the map suffice.
 */
export const normalizationGradient: GradientRule = (training, node, [input], _output, gradient) => {
  const graph = training.backward;
  const [gamma, beta] = node.weights;
  const shape = [training.batch, ...channelsFirst(node.outputShape)];
  const isMap = shape.length === 4;
  const channels = shape[1]!;
  const count = shape.reduce((product, size) => product * size, 1) / channels;
  const x = training.save(input!.name, shape);
  const axes = graph.ints('axes', isMap ? [0, 2, 3] : [0]);
  const multiply = (left: string, right: string): string => graph.node('Mul', [left, right]);

  const spread = graph.node('Add', [
    varianceName(node),
    graph.scalar('epsilon', node.config['epsilon'] as number),
  ]);
  const k = graph.node('Reciprocal', [graph.node('Sqrt', [spread])]);
  const sum = graph.node('ReduceSum', [gradient, axes], { keepdims: 0 });
  const sumWithX = graph.node('ReduceSum', [multiply(gradient, x), axes], { keepdims: 0 });
  const centred = graph.node('Sub', [sumWithX, multiply(meanName(node), sum)]);
  const dGamma = multiply(centred, k);
  training.parameterGradient(beta!.name, beta!.shape, sum);
  training.parameterGradient(gamma!.name, gamma!.shape, dGamma);
  if (!input!.needsGradient) return;

  const perValue = graph.scalar('per_value', 1 / count);
  const a = multiply(gamma!.name, k);
  const b = graph.node('Neg', [multiply(multiply(multiply(a, k), dGamma), perValue)]);
  const shift = graph.node('Add', [
    multiply(multiply(a, sum), perValue),
    multiply(b, meanName(node)),
  ]);
  const c = graph.node('Neg', [shift]);
  const zeros = graph.constant('zeros', [channels], new Float32Array(channels));
  const ones = graph.constant('ones', [channels], new Float32Array(channels).fill(1));
  // Inference-mode normalisation with mean 0 and variance 1 is one pass of a * dy + c.
  const first = graph.node('BatchNormalization', [gradient, a, c, zeros, ones], {
    epsilon: { float: 0 },
  });
  const wide = graph.ints('shape', isMap ? [1, channels, 1, 1] : [1, channels]);
  const second = multiply(x, graph.node('Reshape', [b, wide]));
  training.addGradient(input!.name, graph.node('Add', [first, second]));
};
