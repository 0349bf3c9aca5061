import { type LayerGraph, readLayerGraph } from '../../layers-to-onnx/layer-graph.js';
import type { tf } from '../../layers-to-onnx/tf.js';
import { frozenLayers } from '../frozen-layers.js';
import type { ParameterView } from '../training-step.js';
import { trainableOf } from '../weight-layout.js';
import type { StatisticsSlot } from './training-graph.js';

/** A tf.layers model as a compiled step sees it: its layers, and its weights as flat arrays. */
export class ModelWeights {
  readonly layerGraph: LayerGraph;
  /** Names of the layers that do not learn. */
  readonly frozen: ReadonlySet<string>;

  /** Throws ERR_CONFIG for a pattern of `freeze` that matches no layer, and if no layer is left to train. */
  constructor(model: tf.LayersModel, freeze: readonly string[] | undefined) {
    this.layerGraph = readLayerGraph(model);
    const learning = this.layerGraph.nodes.filter((node) => trainableOf(node).length > 0);
    this.frozen = frozenLayers(
      learning.map(({ name }) => name),
      freeze,
    );
  }

  /** Copies the model's weights and running statistics into flat arrays. */
  read(
    views: readonly ParameterView[],
    parameters: Float32Array,
    slots: readonly StatisticsSlot[],
    statistics: Float32Array,
  ): void {
    const weights = this.#byName();
    for (const { name, offset } of views) parameters.set(weights.get(name)!.read(), offset);
    let offset = 0;
    for (const { weightName, channels } of slots) {
      statistics.set(weights.get(weightName)!.read(), offset);
      offset += channels;
    }
  }

  /** Copies flat arrays into the model's weights and running statistics. */
  write(
    views: readonly ParameterView[],
    parameters: Float32Array,
    slots: readonly StatisticsSlot[],
    statistics: Float32Array,
  ): void {
    const weights = this.#byName();
    for (const { name, offset, length } of views)
      weights.get(name)!.write(parameters.slice(offset, offset + length));
    let offset = 0;
    for (const { weightName, channels } of slots) {
      const values = statistics.slice(offset, offset + channels);
      weights.get(weightName)!.write(values);
      offset += channels;
    }
  }

  #byName() {
    return new Map(
      this.layerGraph.nodes.flatMap((node) => node.weights.map((weight) => [weight.name, weight])),
    );
  }
}
