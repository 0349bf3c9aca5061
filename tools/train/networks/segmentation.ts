import { tf } from '../../layers-to-onnx/tf.js';
import { convolution, inception } from './blocks.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

export const segmentationInputPx = { widthPx: 480, heightPx: 360 };

/**
 * A fully convolutional network (Long et al. 2015) of Inception modules: 1x1 scores at three depths (strides
 * 4, 8, 16), merged by learnt transposed convolutions with skip connections, and a last transposed
 * convolution to the input's size. Input [360, 480, 3]; output scores [360, 480, classes].
 */
export function segmentationNetwork(classCount: number, seed: number): tf.LayersModel {
  const { widthPx, heightPx } = segmentationInputPx;
  const input = tf.input({ shape: [heightPx, widthPx, 3], name: 'image' });
  let next = seed * 1000;
  const fresh = (): number => {
    next += 10;
    return next;
  };
  const pool = (name: string, from: Value): Value =>
    layers.maxPooling2d({ name, poolSize: 2, strides: 2, padding: 'same' }).apply(from) as Value;

  const half = convolution('stem1', input, { filters: 24, strides: 2, seed: fresh() });
  const quarter = convolution('stem2', half, { filters: 48, strides: 2, seed: fresh() });
  const depth4 = inception('inception4', quarter, 64, fresh());
  let depth8 = inception('inception8a', pool('pool8', depth4), 128, fresh());
  depth8 = inception('inception8b', depth8, 128, fresh());
  let depth16 = inception('inception16a', pool('pool16', depth8), 192, fresh());
  depth16 = inception('inception16b', depth16, 192, fresh());
  depth16 = convolution('context', depth16, { filters: 128, dilation: 3, seed: fresh() });
  depth16 = layers.dropout({ name: 'context_dropout', rate: 0.2 }).apply(depth16) as Value;

  const decoderFilters = classCount * 3;
  const score = (name: string, from: Value): Value =>
    convolution(name, from, { filters: decoderFilters, kernel: 1, seed: fresh() });
  const rise = (name: string, from: Value): Value =>
    layers
      .conv2dTranspose({
        name,
        filters: decoderFilters,
        kernelSize: 4,
        strides: 2,
        padding: 'same',
        kernelInitializer: tf.initializers.heNormal({ seed: fresh() }),
      })
      .apply(from) as Value;
  const add = (name: string, parts: Value[]): Value => layers.add({ name }).apply(parts) as Value;

  // 23 rows become 46, one more than the 45 of the map they are added to.
  const from16 = layers
    .cropping2D({
      name: 'crop8',
      cropping: [
        [0, 1],
        [0, 0],
      ],
    })
    .apply(rise('rise8', score('score16', depth16))) as Value;
  const sum8 = add('sum8', [score('score8', depth8), from16]);
  const sum4 = add('sum4', [score('score4', depth4), rise('rise4', sum8)]);
  const mixed = convolution('mix', sum4, { filters: 32, seed: fresh() });
  const scores = layers
    .conv2dTranspose({
      name: 'scores',
      filters: classCount,
      kernelSize: 8,
      strides: 4,
      padding: 'same',
      kernelInitializer: tf.initializers.glorotNormal({ seed: fresh() }),
    })
    .apply(mixed) as Value;
  return tf.model({ inputs: input, outputs: scores, name: 'windshield_fcn' });
}
