import type { LayerGraph, LayerNode, LayerWeight } from '../layers-to-onnx/layer-graph.js';

/** A weight by a name that is the same in every process: "layer/kernel". */
export interface NamedShape {
  name: string;
  shape: number[];
}

/** What stands where in a checkpoint's flat arrays: weights that are trained, and running statistics. */
export interface WeightLayout {
  parameters: NamedShape[];
  statistics: NamedShape[];
}

/**
 * tf.layers numbers the variables of a second network of one process ("layer/kernel_1"); a weight's stable name
 * leaves that off.
 */
export function stableName(variableName: string): string {
  return variableName.replace(/_\d+$/, '');
}

/** The layer of a weight's name. */
export const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** Weights that are learnt; running statistics of a normalisation are weights in tf.layers, but nothing descends on them. */
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
