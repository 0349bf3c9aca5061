import { tf } from '../../layers-to-onnx/tf.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

export interface ConvolutionOptions {
  filters: number;
  kernel?: number;
  strides?: number;
  dilation?: number;
  /** Seed of the initial weights. */
  seed: number;
}

/** Convolution, batch normalisation, ReLU; He initialisation (He et al. 2015). */
export function convolution(name: string, input: Value, options: ConvolutionOptions): Value {
  const { filters, kernel = 3, strides = 1, dilation = 1, seed } = options;
  const convolved = layers
    .conv2d({
      name,
      filters,
      kernelSize: kernel,
      strides,
      dilationRate: dilation,
      padding: 'same',
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed }),
    })
    .apply(input);
  return activated(name, convolved as Value);
}

/** Batch normalisation and ReLU after a convolution of the given name. */
export function activated(name: string, input: Value): Value {
  const normalized = layers
    .batchNormalization({ name: `${name}_norm`, epsilon: 1e-3 })
    .apply(input);
  return layers.reLU({ name: `${name}_relu` }).apply(normalized) as Value;
}

/** A residual unit: 1x1 to half the channels, 3x3 back, added to its input (He et al. 2016; Redmon and Farhadi 2018). */
export function residual(name: string, input: Value, seed: number): Value {
  const channels = input.shape.at(-1)!;
  const squeezed = convolution(`${name}_squeeze`, input, {
    filters: channels / 2,
    kernel: 1,
    seed,
  });
  const expanded = convolution(`${name}_expand`, squeezed, { filters: channels, seed: seed + 1 });
  return layers.add({ name: `${name}_sum` }).apply([input, expanded]) as Value;
}

/**
 * An Inception module (Szegedy et al. 2015): four parallel branches over the same map, a 1x1, a 3x3 and two
 * stacked 3x3 (for 5x5) after 1x1 reductions, and a pooled one. The widths are shares of `filters`:
 * 1/4, 1/2, 1/8, 1/8.
 */
export function inception(name: string, input: Value, filters: number, seed: number): Value {
  const eighth = filters / 8;
  const point = convolution(`${name}_point`, input, { filters: eighth * 2, kernel: 1, seed });
  const reduce3 = convolution(`${name}_reduce3`, input, {
    filters: eighth * 2,
    kernel: 1,
    seed: seed + 1,
  });
  const wide3 = convolution(`${name}_wide3`, reduce3, { filters: eighth * 4, seed: seed + 2 });
  const reduce5 = convolution(`${name}_reduce5`, input, {
    filters: eighth,
    kernel: 1,
    seed: seed + 3,
  });
  const first5 = convolution(`${name}_first5`, reduce5, { filters: eighth, seed: seed + 4 });
  const wide5 = convolution(`${name}_wide5`, first5, { filters: eighth, seed: seed + 5 });
  const pooled = layers
    .averagePooling2d({ name: `${name}_pool`, poolSize: 3, strides: 1, padding: 'same' })
    .apply(input) as Value;
  const projected = convolution(`${name}_project`, pooled, {
    filters: eighth,
    kernel: 1,
    seed: seed + 6,
  });
  return layers.concatenate({ name }).apply([point, wide3, wide5, projected]) as Value;
}

/** Learnt 2x upsampling by a transposed convolution without overlap, then normalisation and ReLU. */
export function upsampled(name: string, input: Value, filters: number, seed: number): Value {
  const spread = layers
    .conv2dTranspose({
      name,
      filters,
      kernelSize: 2,
      strides: 2,
      padding: 'same',
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed }),
    })
    .apply(input);
  return activated(name, spread as Value);
}
