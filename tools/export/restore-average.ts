import { PerceptionError } from '../../src/frame/perception-error.js';
import { readLayerGraph } from '../layers-to-onnx/layer-graph.js';
import type { tf } from '../layers-to-onnx/tf.js';
import type { Checkpoint } from '../train/checkpoint.js';
import { compileTraining } from '../train/compiled/compile.js';

/** Loads a checkpoint's averaged weights and running statistics into the model. Throws ERR_EXPORT for another network's. */
export function restoreAverage(model: tf.LayersModel, checkpoint: Checkpoint): void {
  const layers = readLayerGraph(model);
  const weights = new Map(
    layers.nodes.flatMap((node) => node.weights.map((weight) => [weight.name, weight])),
  );
  const { parameters, statistics } = compileTraining(layers, 1).training;
  const write = (name: string, length: number, from: Float32Array, offset: number): number => {
    weights.get(name)!.write(from.slice(offset, offset + length));
    return offset + length;
  };
  const average = checkpoint.arrays['average']!;
  let offset = 0;
  for (const { name, shape } of parameters) {
    offset = write(
      name,
      shape.reduce((a, b) => a * b, 1),
      average,
      offset,
    );
  }
  if (offset !== average.length) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `expected a checkpoint of ${offset} weights, found ${average.length}`,
    );
  }
  offset = 0;
  for (const { weightName, channels } of statistics) {
    offset = write(weightName, channels, checkpoint.arrays['statistics']!, offset);
  }
}
