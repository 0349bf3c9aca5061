import { tf } from '../layers-to-onnx/tf.js';
import { autoencoderPx, codeName, inputName, reconstructionName } from './autoencoder-spec.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

/** Channels after each halving. */
const widths = [16, 24, 32, 16] as const;
const [cellRows, cellColumns] = [autoencoderPx.heightPx / 16, autoencoderPx.widthPx / 16];

/**
 * A convolutional autoencoder (Masci et al. 2011): four strided convolutions with ELU, a linear code, and transposed
 * convolutions back to the picture. Input [64, 96, 3] from -1 to 1; outputs `reconstruction` of the same shape and
 * `code` [codeSize].
 */
export function autoencoderNetwork(codeSize: number, seed: number): tf.LayersModel {
  const { heightPx, widthPx } = autoencoderPx;
  const input = tf.input({ shape: [heightPx, widthPx, 3], name: inputName });
  const initial = (place: number) => tf.initializers.heNormal({ seed: seed * 1000 + place });
  let map: Value = input;
  widths.forEach((filters, place) => {
    const layer = layers.conv2d({
      name: `narrow${place + 1}`,
      filters,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: 'elu',
      kernelInitializer: initial(place),
    });
    map = layer.apply(map) as Value;
  });
  const flat = layers.flatten({ name: 'flat' }).apply(map) as Value;
  const linear = tf.initializers.glorotUniform({ seed: seed * 1000 + 10 });
  const code = layers
    .dense({ name: codeName, units: codeSize, kernelInitializer: linear })
    .apply(flat) as Value;
  const cells = cellRows * cellColumns * widths[3];
  const spread = layers
    .dense({ name: 'spread', units: cells, activation: 'elu', kernelInitializer: initial(11) })
    .apply(code) as Value;
  map = layers
    .reshape({ name: 'cells', targetShape: [cellRows, cellColumns, widths[3]] })
    .apply(spread) as Value;
  [widths[2], widths[1], widths[0]].forEach((filters, place) => {
    const layer = layers.conv2dTranspose({
      name: `widen${place + 1}`,
      filters,
      // A kernel of 4 with stride 2 reaches each output by equally many taps, which avoids checkerboard artefacts.
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      activation: 'elu',
      kernelInitializer: initial(20 + place),
    });
    map = layer.apply(map) as Value;
  });
  const reconstruction = layers
    .conv2dTranspose({
      name: reconstructionName,
      filters: 3,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed * 1000 + 30 }),
    })
    .apply(map) as Value;
  return tf.model({
    inputs: input,
    outputs: [reconstruction, code],
    name: 'windshield_autoencoder',
  });
}
