import { NativeSession, type NativeTensor } from '../../../src/inference/native-session.js';
import { type LayerGraph, readLayerGraph } from '../../export/layer-graph.js';
import type { tf } from '../backends/tf.js';
import { frozenLayers } from '../frozen-layers.js';
import { createRandom, type Random } from '../random.js';
import type { OutputBuffer, ParameterView, TrainingStep } from '../training-step.js';
import { trainableOf } from '../weight-layout.js';
import { type CompiledGraphs, compileTraining } from './compile.js';
import { gradientName, type MaskSlot, type SavedValue } from './training-graph.js';

const sizeOf = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);
const floats = (data: Float32Array, dims: number[]): NativeTensor => ({
  type: 'float32',
  dims,
  data,
});

export interface CompiledStepOptions {
  batch: number;
  /** Threads of ONNX Runtime. */
  threads?: number;
  /** Share of the old running statistics that a step keeps. */
  statisticsMomentum?: number;
  /** Patterns of layers that do not learn, and for whose weights nothing is computed. */
  freeze?: readonly string[] | undefined;
}

/**
 * A training step of a tf.layers model as two ONNX graphs: no transposition between layouts, no kernel call a
 * layer from JavaScript, nothing allocated after the first step.
 */
export class CompiledStep implements TrainingStep {
  readonly backend = 'onnx-compiled';
  readonly batch: number;
  readonly input: Float32Array;
  readonly inputShape: number[];
  readonly outputs: OutputBuffer[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly views: ParameterView[] = [];
  readonly statistics: Float32Array;
  readonly #layerGraph: LayerGraph;
  readonly #graphs: CompiledGraphs;
  readonly #sessions: { forward: NativeSession; backward: NativeSession };
  readonly #feeds: {
    forward: Record<string, NativeTensor>;
    backward: Record<string, NativeTensor>;
  };
  readonly #fetches: {
    forward: Record<string, NativeTensor>;
    backward: Record<string, NativeTensor>;
  };
  readonly #masks: { slot: MaskSlot; data: Float32Array }[];
  readonly #batchStatistics: Float32Array;
  readonly #momentum: number;
  #random: Random = createRandom(1);

  constructor(model: tf.LayersModel, options: CompiledStepOptions) {
    this.batch = options.batch;
    this.#momentum = options.statisticsMomentum ?? 0.98;
    this.#layerGraph = readLayerGraph(model);
    const learning = this.#layerGraph.nodes.filter((node) => trainableOf(node).length > 0);
    const frozen = frozenLayers(
      learning.map(({ name }) => name),
      options.freeze,
    );
    this.#graphs = compileTraining(this.#layerGraph, options.batch, frozen);
    const { training, inputName, inputShape, outputs } = this.#graphs;
    this.inputShape = inputShape;
    this.input = new Float32Array(sizeOf(inputShape));

    const total = training.parameters.reduce((sum, slot) => sum + sizeOf(slot.shape), 0);
    this.parameters = new Float32Array(total);
    this.gradients = new Float32Array(total);
    const parameterFeeds: Record<string, NativeTensor> = {};
    const gradientFetches: Record<string, NativeTensor> = {};
    let offset = 0;
    for (const { name, shape, isFrozen } of training.parameters) {
      const length = sizeOf(shape);
      this.views.push({ name, shape, offset, length });
      parameterFeeds[name] = floats(this.parameters.subarray(offset, offset + length), shape);
      const gradient = this.gradients.subarray(offset, offset + length);
      if (!isFrozen) gradientFetches[gradientName(name)] = floats(gradient, shape);
      offset += length;
    }

    const statisticsTotal = training.statistics.reduce((sum, slot) => sum + slot.channels, 0);
    this.statistics = new Float32Array(statisticsTotal);
    this.#batchStatistics = new Float32Array(statisticsTotal);
    const statisticsViews = new Map<string, Float32Array>();
    let position = 0;
    for (const slot of training.statistics) {
      statisticsViews.set(
        slot.valueName,
        this.#batchStatistics.subarray(position, position + slot.channels),
      );
      position += slot.channels;
    }

    const saved: Record<string, NativeTensor> = {};
    for (const value of training.saved.values()) {
      saved[value.name] = bufferFor(value, statisticsViews.get(value.name));
    }
    this.outputs = outputs.map(({ name, shape }) => ({
      shape,
      values: saved[name]!.data as Float32Array,
      gradient: new Float32Array(sizeOf(shape)),
    }));
    const outputGradients = Object.fromEntries(
      outputs.map(({ name, shape }, index) => [
        gradientName(name),
        floats(this.outputs[index]!.gradient, shape),
      ]),
    );
    this.#masks = training.masks.map((slot) => ({
      slot,
      data: new Float32Array(sizeOf(slot.shape)),
    }));
    const maskFeeds = Object.fromEntries(
      this.#masks.map(({ slot, data }) => [slot.name, floats(data, slot.shape)]),
    );
    const shared = { [inputName]: floats(this.input, inputShape), ...parameterFeeds, ...maskFeeds };
    this.#feeds = { forward: shared, backward: { ...shared, ...saved, ...outputGradients } };
    this.#fetches = { forward: saved, backward: gradientFetches };
    const load = (name: 'forward' | 'backward') =>
      NativeSession.load(training[name].toBytes(), `training ${name}`, {
        intraOpThreads: options.threads ?? 1,
      });
    this.#sessions = { forward: load('forward'), backward: load('backward') };
    this.#readModel();
  }

  reseed(seed: number): void {
    this.#random = createRandom(seed);
  }

  async forward(): Promise<void> {
    for (const { slot, data } of this.#masks) {
      const kept = 1 / (1 - slot.rate);
      for (let i = 0; i < data.length; i++) data[i] = this.#random.next() < slot.rate ? 0 : kept;
    }
    this.#sessions.forward.run(this.#feeds.forward, this.#fetches.forward);
    const { statistics } = this;
    for (let i = 0; i < statistics.length; i++) {
      statistics[i] =
        statistics[i]! * this.#momentum + this.#batchStatistics[i]! * (1 - this.#momentum);
    }
  }

  async backward(): Promise<void> {
    this.#sessions.backward.run(this.#feeds.backward, this.#fetches.backward);
  }

  writeBack(parameters = this.parameters, statistics = this.statistics): void {
    const weights = this.#weights();
    for (const { name, offset, length } of this.views) {
      weights.get(name)!.write(parameters.slice(offset, offset + length));
    }
    let offset = 0;
    for (const { weightName, channels } of this.#graphs.training.statistics) {
      weights.get(weightName)!.write(statistics.slice(offset, offset + channels));
      offset += channels;
    }
  }

  dispose(): void {
    this.#sessions.forward.release();
    this.#sessions.backward.release();
  }

  #weights() {
    return new Map(
      this.#layerGraph.nodes.flatMap((node) => node.weights.map((weight) => [weight.name, weight])),
    );
  }

  #readModel(): void {
    const weights = this.#weights();
    for (const { name, offset } of this.views)
      this.parameters.set(weights.get(name)!.read(), offset);
    let offset = 0;
    for (const { weightName, channels } of this.#graphs.training.statistics) {
      this.statistics.set(weights.get(weightName)!.read(), offset);
      offset += channels;
    }
  }
}

function bufferFor(value: SavedValue, view: Float32Array | undefined): NativeTensor {
  if (view) return floats(view, value.shape);
  const length = sizeOf(value.shape);
  if (value.dtype === 'int64') {
    return { type: 'int64', dims: value.shape, data: new BigInt64Array(length) };
  }
  return floats(new Float32Array(length), value.shape);
}
