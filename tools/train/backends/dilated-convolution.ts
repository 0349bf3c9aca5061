import { tf } from '../../layers-to-onnx/tf.js';

type FusedConvolution = typeof tf.fused.conv2d;

/** Whether an operation's dilation attribute, a number or a pair, spreads the filter at all. */
export function isDilated(dilations: unknown): boolean {
  return [dilations ?? 1].flat().some((dilation) => dilation !== 1);
}

/**
 * Makes convolution layers call a dilated convolution and its bias one after the other. The fused operation has a
 * built-in gradient that rejects dilation; the plain one looks its gradient up, and wasm has a gradient for it
 * (kernels/gradients.ts). Layers call the fused operation through `tf.fused`, so it is replaced there.
 */
export function unfuseDilatedConvolutions(): void {
  const fused = tf.fused.conv2d;
  const conv2d = ((options: Parameters<FusedConvolution>[0]) => {
    const { x, filter, strides, pad, dataFormat, dilations, dimRoundingMode, bias } = options;
    const isLinear = (options.activation ?? 'linear') === 'linear';
    // With another activation the fused operation runs as separate operations while gradients are recorded.
    if (!isDilated(dilations) || !isLinear) return fused(options);
    const y = tf.conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
    return bias === undefined || bias === null ? y : tf.add(y, bias);
  }) as FusedConvolution;
  Object.assign(tf.fused, { conv2d });
}
