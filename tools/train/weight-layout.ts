import type { LayerGraph, LayerNode, LayerWeight } from '../layers-to-onnx/layer-graph.js';

/** A weight by a name that is the same in every process: "layer/kernel". */
export interface NamedShape {
  name: string;
  shape: number[];
}

/** Layout of a checkpoint's flat arrays: trained weights, and running statistics. */
export interface WeightLayout {
  parameters: NamedShape[];
  statistics: NamedShape[];
}

/**
 * A weight's name without the number that tf.layers adds to the variables of a second network in one process
 * ("layer/kernel_1").
 */
export function stableName(variableName: string): string {
  return variableName.replace(/_\d+$/, '');
}

/** The layer of a weight's name. */
export const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Weights that are learnt. tf.layers counts a normalisation's running statistics as weights, but they have no gradient. */
export const trainableOf = (node: LayerNode): LayerWeight[] =>
  node.className === 'BatchNormalization' ? node.weights.slice(0, 2) : node.weights;
export const statisticsOf = (node: LayerNode): LayerWeight[] =>
  node.className === 'BatchNormalization' ? node.weights.slice(2) : [];

/** The order in which every training step keeps a network's weights: that of its layer graph. */
export function weightLayout({ nodes }: LayerGraph): WeightLayout {
  const named = (weights: LayerWeight[]): NamedShape[] =>
    weights.map(({ name, shape }) => ({ name: stableName(name), shape: [...shape] }));
  return {
    parameters: named(nodes.flatMap(trainableOf)),
    statistics: named(nodes.flatMap(statisticsOf)),
  };
}
