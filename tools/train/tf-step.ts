import { readLayerGraph } from '../layers-to-onnx/layer-graph.js';
import { channelsFirst } from '../layers-to-onnx/tensor-layout.js';
import { tf } from '../layers-to-onnx/tf.js';
import type { OutputBuffer, ParameterView, TrainingStep } from './training-step.js';

const sizeOf = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);

/** The engine's variable inside a tf.layers variable; gradients are named after the engine's. */
const engineVariable = (weight: tf.LayerVariable): tf.Variable =>
  (weight as unknown as { val: tf.Variable }).val;

/** Feature maps of tf.layers are channels last; the loss reads channels first. */
const toChannelsFirst = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? tf.transpose(value, [0, 3, 1, 2]) : value;

/**
 * A training step by TensorFlow.js' own automatic differentiation, on whichever backend is active: the
 * reference for the compiled step, and the way to train on a GPU. The losses are written once, outside tf:
 * the gradient of sum(output * g) with a constant g is the gradient of any loss whose gradient at the output
 * is g.
 */
export class TfStep implements TrainingStep {
  readonly backend: string;
  readonly batch: number;
  readonly input: Float32Array;
  readonly inputShape: number[];
  readonly outputs: OutputBuffer[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly views: ParameterView[] = [];
  readonly statistics: Float32Array;
  readonly #model: tf.LayersModel;
  readonly #trainable: tf.LayerVariable[];
  readonly #running: tf.LayerVariable[];

  constructor(model: tf.LayersModel, options: { batch: number }) {
    this.backend = tf.getBackend();
    this.batch = options.batch;
    this.#model = model;
    // In the layer graph's order, as in the compiled step, so that each can resume the other's checkpoints.
    const layers = readLayerGraph(model).nodes.map(({ name }) => model.getLayer(name));
    this.#trainable = layers.flatMap((layer) => layer.trainableWeights);
    this.#running = layers.flatMap((layer) => layer.nonTrainableWeights);
    this.inputShape = [
      options.batch,
      ...channelsFirst(model.inputs[0]!.shape.slice(1) as number[]),
    ];
    this.input = new Float32Array(sizeOf(this.inputShape));
    this.outputs = model.outputs.map((output) => {
      const shape = [options.batch, ...channelsFirst(output.shape.slice(1) as number[])];
      const length = sizeOf(shape);
      return { shape, values: new Float32Array(length), gradient: new Float32Array(length) };
    });
    let offset = 0;
    for (const weight of this.#trainable) {
      const shape = weight.shape as number[];
      const length = sizeOf(shape);
      this.views.push({ name: weight.name, shape, offset, length });
      offset += length;
    }
    this.parameters = new Float32Array(offset);
    this.gradients = new Float32Array(offset);
    this.statistics = new Float32Array(
      this.#running.reduce((sum, weight) => sum + sizeOf(weight.shape as number[]), 0),
    );
    this.views.forEach((view, index) => {
      this.parameters.set(this.#trainable[index]!.read().dataSync(), view.offset);
    });
    this.#readStatistics();
  }

  /** Does nothing: tf draws dropout from its own stream, seeded where the layers are created. */
  reseed(): void {}

  async forward(): Promise<void> {
    this.writeBack();
    const outputs = tf.tidy(() => this.#apply().map(toChannelsFirst));
    await Promise.all(
      outputs.map(async (output, index) => {
        this.outputs[index]!.values.set(await output.data());
        output.dispose();
      }),
    );
    this.#readStatistics();
  }

  async backward(): Promise<void> {
    const running = this.#running.map((weight) => weight.read().clone());
    const { value, grads } = tf.variableGrads(
      () =>
        tf.tidy(() => {
          const parts = this.#apply().map((output, index) => {
            const { gradient, shape } = this.outputs[index]!;
            return tf.sum(tf.mul(toChannelsFirst(output), tf.tensor(gradient, shape)));
          });
          return tf.addN(parts) as tf.Scalar;
        }),
      this.#trainable.map(engineVariable),
    );
    value.dispose();
    // The second pass moved the running statistics again: restore those of the first.
    this.#running.forEach((weight, index) => {
      weight.write(running[index]!);
      running[index]!.dispose();
    });
    for (const [index, weight] of this.#trainable.entries()) {
      const gradient = grads[engineVariable(weight).name]!;
      this.gradients.set(await gradient.data(), this.views[index]!.offset);
      gradient.dispose();
    }
  }

  writeBack(parameters = this.parameters, statistics = this.statistics): void {
    const write = (weight: tf.LayerVariable, values: Float32Array): void => {
      tf.tidy(() => {
        weight.write(tf.tensor(values, weight.shape as number[]));
      });
    };
    this.views.forEach(({ offset, length }, index) => {
      write(this.#trainable[index]!, parameters.slice(offset, offset + length));
    });
    let offset = 0;
    for (const weight of this.#running) {
      const length = sizeOf(weight.shape as number[]);
      write(weight, statistics.slice(offset, offset + length));
      offset += length;
    }
  }

  dispose(): void {
    this.#model.dispose();
  }

  #apply(): tf.Tensor[] {
    const input = tf.tensor(this.input, this.inputShape);
    const turned = input.rank === 4 ? tf.transpose(input, [0, 2, 3, 1]) : input;
    const result = this.#model.apply(turned, { training: true }) as tf.Tensor | tf.Tensor[];
    return Array.isArray(result) ? result : [result];
  }

  #readStatistics(): void {
    let offset = 0;
    for (const weight of this.#running) {
      const values = weight.read().dataSync();
      this.statistics.set(values, offset);
      offset += values.length;
    }
  }
}
