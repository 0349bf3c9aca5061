import { tf } from '../../layers-to-onnx/tf.js';
import { activated, convolution } from './blocks.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

export const signInputPx = { widthPx: 32, heightPx: 32 };

/**
 * The sign CNN: three pairs of normalised 3x3 convolutions with pooling, one hidden dense layer, dropout.
 * Input [32, 32, 3]; output logits [classes].
 */
export function signNetwork(classCount: number, seed: number): tf.LayersModel {
  const input = tf.input({ shape: [signInputPx.heightPx, signInputPx.widthPx, 3], name: 'crop' });
  let map: Value = input;
  [32, 64, 96].forEach((filters, stage) => {
    const first = seed * 1000 + stage * 10;
    map = convolution(`stage${stage}_a`, map, { filters, seed: first });
    map = convolution(`stage${stage}_b`, map, { filters, seed: first + 1 });
    map = layers
      .maxPooling2d({ name: `stage${stage}_pool`, poolSize: 2, strides: 2 })
      .apply(map) as Value;
  });
  const flat = layers.flatten({ name: 'flat' }).apply(map) as Value;
  const hidden = layers
    .dense({
      name: 'hidden',
      units: 160,
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed: seed * 1000 + 100 }),
    })
    .apply(flat) as Value;
  const dropped = layers
    .dropout({ name: 'hidden_dropout', rate: 0.4 })
    .apply(activated('hidden', hidden)) as Value;
  const logits = layers
    .dense({
      name: 'logits',
      units: classCount,
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed * 1000 + 101 }),
    })
    .apply(dropped) as Value;
  return tf.model({ inputs: input, outputs: logits, name: 'windshield_signs' });
}
