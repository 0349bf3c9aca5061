import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import { channelsFirst } from '../../layers-to-onnx/tensor-layout.js';
import type { GradientRule } from './gradient-rule.js';
import type { TrainingGraph } from './training-graph.js';

const maskName = (node: LayerNode): string => `${node.name}:mask`;

/** Inverted dropout: a mask of 0 and 1 / (1 - rate), drawn outside the graph, multiplies the value. */
export function dropByMask(training: TrainingGraph, node: LayerNode, input: string): string {
  const value = channelsFirst(node.outputShape);
  const isSpatial = node.className === 'SpatialDropout2D';
  const shape = isSpatial ? [training.batch, value[0]!, 1, 1] : [training.batch, ...value];
  training.masks.push({ name: maskName(node), shape, rate: node.config['rate'] as number });
  training.share(maskName(node), shape);
  return training.forward.node('Mul', [input, maskName(node)]);
}

/** The gradient passes through the same mask. */
export const dropoutGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  training.addGradient(input!.name, training.backward.node('Mul', [gradient, maskName(node)]));
};
