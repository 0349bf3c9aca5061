import type { LayerGraph, LayerNode } from './layer-graph.js';
import { isByChannel, normalizationPlaces } from './normalization-weights.js';

/** Kernel and bias of a layer after folding in the normalisation; tf.layers' axis order. */
export interface FoldedWeights {
  kernel: Float32Array;
  bias: Float32Array;
}

/** Folded normalisation layers, and the new weights of the layers before them. */
export interface Folding {
  /** Folded weights by the name of the layer with the kernel. */
  weights: Map<string, FoldedWeights>;
  /** Names of the folded normalisation layers. */
  folded: Set<string>;
}

/** Axis of a kernel's output channels: the last, or the one before it. */
const channelAxisFromEnd: Readonly<Record<string, 1 | 2>> = {
  Conv2D: 1,
  Dense: 1,
  Conv2DTranspose: 2,
  DepthwiseConv2D: 2,
};

/**
 * Folds each batch normalisation into the linear layer right before it:
 * y = gamma (W x + b - mean) / sqrt(variance + epsilon) + beta is again linear in x. Only if the linear
 * layer has no activation and nothing else reads it.
 */
export function foldNormalization(graph: LayerGraph): Folding {
  const readers = new Map<string, number>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  for (const output of graph.outputs) readers.set(output, (readers.get(output) ?? 0) + 1);
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const folding: Folding = { weights: new Map(), folded: new Set() };
  for (const node of graph.nodes) {
    if (node.className !== 'BatchNormalization' || !isByChannel(node)) continue;
    const linear = byName.get(node.inputs[0]!);
    if (!linear || !isLinear(linear) || readers.get(linear.name) !== 1) continue;
    folding.weights.set(linear.name, fold(linear, node));
    folding.folded.add(node.name);
  }
  return folding;
}

function isLinear(node: LayerNode): boolean {
  const { activation } = node.config;
  return (
    node.className in channelAxisFromEnd && (activation === undefined || activation === 'linear')
  );
}

function fold(linear: LayerNode, normalization: LayerNode): FoldedWeights {
  const { weights, outputShape } = normalization;
  const places = normalizationPlaces(normalization);
  const read = (place: number | undefined, otherwise: number) =>
    place === undefined
      ? new Float32Array(outputShape.at(-1)!).fill(otherwise)
      : weights[place]!.read();
  const [gamma, beta] = [read(places.gamma, 1), read(places.beta, 0)];
  const [mean, variance] = [read(places.mean, 0), read(places.variance, 1)];
  const epsilon = normalization.config['epsilon'] as number;
  const kernel = linear.weights[0]!.read().slice();
  const bias = linear.weights[1]?.read().slice() ?? new Float32Array(gamma.length);
  const factor = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const { shape } = linear.weights[0]!;
  const fromEnd = channelAxisFromEnd[linear.className]!;
  const inner = fromEnd === 1 ? 1 : shape.at(-1)!;
  const channels = shape.at(-fromEnd)!;
  for (let i = 0; i < kernel.length; i++) {
    kernel[i]! *= factor[Math.floor(i / inner) % channels]!;
  }
  for (let channel = 0; channel < channels; channel++) {
    bias[channel] = (bias[channel]! - mean[channel]!) * factor[channel]! + beta[channel]!;
  }
  return { kernel, bias };
}
