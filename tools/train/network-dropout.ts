import type { tf } from '../layers-to-onnx/tf.js';

const dropoutLayers = ['Dropout', 'SpatialDropout2D'];

/** Gives every dropout layer of a network the same rate, 0 to below 1; undefined leaves each its own. */
export function setDropout(model: tf.LayersModel, rate: number | undefined): void {
  if (rate === undefined) return;
  for (const layer of model.layers) {
    // The typings keep the rate private; it is what a call reads and what the configuration tells.
    if (dropoutLayers.includes(layer.getClassName()))
      (layer as unknown as { rate: number }).rate = rate;
  }
}
