import type { tf } from '../layers-to-onnx/tf.js';

const dropoutLayers = ['Dropout', 'SpatialDropout2D'];

/** Sets the rate of every dropout layer of a network, 0 to below 1; undefined leaves the rates unchanged. */
export function setDropout(model: tf.LayersModel, rate: number | undefined): void {
  if (rate === undefined) return;
  for (const layer of model.layers) {
    // The typings make the rate private; calls and the configuration both read it.
    if (dropoutLayers.includes(layer.getClassName()))
      (layer as unknown as { rate: number }).rate = rate;
  }
}
