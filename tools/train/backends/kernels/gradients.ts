import { tf } from '../../../layers-to-onnx/tf.js';
import { isDilated } from '../dilated-convolution.js';

type GradientConfig = Parameters<typeof tf.registerGradient>[0];
type GradientFunction = GradientConfig['gradFunc'];

/**
 * Registers gradients for the wasm backend. TensorFlow.js keeps one gradient per kernel for all backends, so
 * each of these calls the one it replaces when another backend runs.
 */
export function registerWasmGradients(): void {
  putBefore('Conv2D', dilatedConvolutionGradient);
  putBefore('FusedBatchNorm', batchNormGradient);
  putBefore('Sum', (dy, saved, attrs) => spread(dy, saved, attrs, () => 1));
  putBefore('Mean', (dy, saved, attrs) => spread(dy, saved, attrs, (count) => 1 / count));
}

function putBefore(
  kernelName: string,
  gradient: (...call: Parameters<GradientFunction>) => ReturnType<GradientFunction> | undefined,
): void {
  const original = tf.getGradient(kernelName);
  tf.registerGradient({
    ...original,
    gradFunc: (dy, saved, attrs) =>
      (tf.getBackend() === 'wasm' ? gradient(dy, saved, attrs) : undefined) ??
      original.gradFunc(dy, saved, attrs),
  });
}

/** TensorFlow.js has no gradient of a dilated convolution; the kernels here support dilation. */
function dilatedConvolutionGradient(
  ...[dy, saved, attrs]: Parameters<GradientFunction>
): ReturnType<GradientFunction> | undefined {
  if (!isDilated(attrs['dilations'])) return undefined;
  const [x, filter] = saved as [tf.Tensor, tf.Tensor];
  const run = (name: string, inputs: Record<string, tf.Tensor>, shape: tf.NamedAttrMap) =>
    tf
      .engine()
      .runKernel(name, { ...inputs, dy: dy as tf.Tensor }, { ...attrs, ...shape }) as tf.Tensor;
  return {
    x: () => run('Conv2DBackpropInput', { filter }, { inputShape: x.shape }),
    filter: () => run('Conv2DBackpropFilter', { x }, { filterShape: filter.shape }),
  };
}

/** All five gradients from one kernel. Computed here, not in the returned functions: each of those runs in its own scope. */
function batchNormGradient(
  ...[dy, saved, attrs]: Parameters<GradientFunction>
): ReturnType<GradientFunction> | undefined {
  const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
  if (mean.rank !== 1 || scale === undefined) return undefined;
  const inputs = { dy: dy as tf.Tensor, x, mean, variance, scale };
  const [dx, dMean, dVariance, dScale, dOffset] = tf
    .engine()
    .runKernel('FusedBatchNormGrad', inputs, attrs) as unknown as tf.Tensor[];
  return {
    x: () => dx!,
    mean: () => dMean!,
    variance: () => dVariance!,
    scale: () => dScale!,
    offset: () => dOffset!,
  };
}

/** The gradient of a sum or mean is the same for every value: a broadcast, where the original multiplies by ones. */
function spread(
  dy: Parameters<GradientFunction>[0],
  saved: tf.Tensor[],
  attrs: Parameters<GradientFunction>[2],
  weightOf: (count: number) => number,
): ReturnType<GradientFunction> | undefined {
  const x = saved[0]!;
  if (x.dtype !== 'float32') return undefined;
  const axes = tf.util.parseAxisParam(attrs['axis'] as number | number[], x.shape);
  const keptShape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const kept = tf.util.sizeFromShape(keptShape);
  return {
    x: () => {
      const weighted = tf.mul(dy as tf.Tensor, weightOf(x.size / kept));
      return tf.broadcastTo(tf.reshape(weighted, keptShape), x.shape);
    },
  };
}
