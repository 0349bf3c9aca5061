import type { LayerNode } from './layer-graph.js';

/** Index of each weight of a BatchNormalization layer; scale and offset are undefined if the layer has none. */
export function normalizationPlaces({ config }: LayerNode): {
  gamma: number | undefined;
  beta: number | undefined;
  mean: number;
  variance: number;
} {
  let next = 0;
  return {
    gamma: config['scale'] === false ? undefined : next++,
    beta: config['center'] === false ? undefined : next++,
    mean: next++,
    variance: next,
  };
}

/** Whether a BatchNormalization layer has one factor for each channel, the last axis of tf.layers. */
export function isByChannel({ config, outputShape }: LayerNode): boolean {
  // Keras writes a list of one axis.
  const axis = Number([config['axis'] ?? -1].flat()[0]);
  return axis === -1 || axis === outputShape.length;
}
