/** A tensor in tf.layers' axis order. */
export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

/** Weights of another network, by their stable names: "layer/kernel", "layer/gamma". */
export interface NamedWeights {
  /** File that the weights come from. */
  where: string;
  tensors: ReadonlyMap<string, NamedTensor>;
  /**
   * Normalisation layers that were folded into the kernels before them: they are the identity, and their
   * statistics must be measured before the network can be trained further.
   */
  folded: readonly string[];
}
