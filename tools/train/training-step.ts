/** A weight inside the flat arrays that the optimiser works on. */
export interface ParameterView {
  /** tf.layers' variable name. */
  name: string;
  shape: number[];
  offset: number;
  length: number;
}

/** One of the network's outputs during training, [batch, …]; feature maps are [batch, channels, rows, columns]. */
export interface OutputBuffer {
  shape: number[];
  values: Float32Array;
  /** d loss / d values, filled by the loss between `forward` and `backward`. */
  gradient: Float32Array;
}

/**
 * The arithmetic of one optimiser step, on any backend. The caller fills `input`, calls `forward`, lets the loss
 * read the outputs and write their gradients, calls `backward`, and moves `parameters` along `gradients`.
 * All arrays live as long as the step and are reused.
 */
export interface TrainingStep {
  readonly backend: string;
  readonly batch: number;
  /** float32 [batch, channels, rows, columns] (or [batch, features]). */
  readonly input: Float32Array;
  readonly inputShape: number[];
  readonly outputs: OutputBuffer[];
  /** d loss / d input after `backward`, of the input's shape; only if it was requested. */
  readonly inputGradient?: Float32Array;
  /** All trainable weights, one after the other, each in tf.layers' axis order. */
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly views: ParameterView[];
  /** Running statistics of the normalisation layers, one after the other. */
  readonly statistics: Float32Array;
  /** Fixes what the next forward pass draws at random (dropout). */
  reseed(seed: number): void;
  forward(): Promise<void>;
  backward(): Promise<void>;
  /** Writes weights and running statistics (these, or an average of them) into the tf.layers model. */
  writeBack(parameters?: Float32Array, statistics?: Float32Array): void;
  dispose(): void;
}
