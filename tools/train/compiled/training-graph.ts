import { type OnnxDtype, OnnxGraph } from '../../../src/onnx/onnx-graph.js';

/** A value that the forward graph hands to the backward graph. */
export interface SavedValue {
  name: string;
  shape: number[];
  dtype: OnnxDtype;
}

/** A trainable weight, in tf.layers' axis order in both graphs. */
export interface ParameterSlot {
  name: string;
  shape: number[];
  /** Whether the weight is only read: it does not learn and has no gradient. */
  isFrozen: boolean;
}

/** Batch statistics of a normalisation layer: values that the forward graph outputs each step. */
export interface StatisticsSlot {
  /** Name of the tf.layers weight that holds the running value. */
  weightName: string;
  valueName: string;
  channels: number;
}

/** A dropout mask: an input of both graphs, redrawn each step. */
export interface MaskSlot {
  name: string;
  shape: number[];
  /** Share of values that are dropped. */
  rate: number;
}

/**
 * The two ONNX graphs of one training step: `forward` computes the outputs and keeps what the gradients
 * need, `backward` takes the outputs' gradients and computes the weights'.
 */
export class TrainingGraph {
  readonly forward = new OnnxGraph('forward');
  /** Its names have a prefix, because it also has the forward graph's values as inputs. */
  readonly backward = new OnnxGraph('backward', 'backward/');
  readonly batch: number;
  readonly parameters: ParameterSlot[] = [];
  readonly statistics: StatisticsSlot[] = [];
  readonly masks: MaskSlot[] = [];
  readonly saved = new Map<string, SavedValue>();
  readonly #gradients = new Map<string, string[]>();
  readonly #shared = new Set<string>();

  constructor(batch: number) {
    this.batch = batch;
  }

  /** Declares a trainable weight as an input of both graphs. Returns its name. */
  parameter(name: string, shape: number[], isFrozen = false): string {
    this.parameters.push({ name, shape, isFrozen });
    this.share(name, shape);
    return name;
  }

  /** Declares one more input that both graphs take. Returns its name. */
  share(name: string, shape: number[]): string {
    this.#shared.add(name);
    this.forward.input(name, shape);
    this.backward.input(name, shape);
    return name;
  }

  /** Makes a value of the forward graph available to the backward graph. Returns its name there. */
  save(name: string, shape: number[], dtype: OnnxDtype = 'float32'): string {
    if (this.saved.has(name) || this.#shared.has(name)) return name;
    this.saved.set(name, { name, shape, dtype });
    this.forward.output(name, shape, dtype);
    this.backward.input(name, shape, dtype);
    return name;
  }

  /** Adds a part to the gradient of a forward value. */
  addGradient(value: string, gradient: string): void {
    const parts = this.#gradients.get(value);
    if (parts) parts.push(gradient);
    else this.#gradients.set(value, [gradient]);
  }

  /** Sum of all parts of a forward value's gradient; undefined if nothing depends on the value. */
  gradientOf(value: string): string | undefined {
    const parts = this.#gradients.get(value);
    if (!parts) return undefined;
    if (parts.length === 1) return parts[0];
    return this.backward.node('Sum', parts);
  }

  /**
   * Outputs a weight's gradient under the weight's name with a prefix. A frozen weight's gradient is not output, so ONNX
   * Runtime does not compute it.
   */
  parameterGradient(name: string, shape: number[], gradient: string): void {
    if (this.parameters.some((slot) => slot.name === name && slot.isFrozen)) return;
    const output = gradientName(name);
    this.backward.node('Reshape', [gradient, this.backward.ints('shape', shape)], {}, output);
    this.backward.output(output, shape);
  }
}

/** Name under which a value's gradient leaves or enters the backward graph. */
export const gradientName = (name: string): string => `d:${name}`;
