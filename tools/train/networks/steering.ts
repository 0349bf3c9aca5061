import { tf } from '../../layers-to-onnx/tf.js';

type Value = tf.SymbolicTensor;
const { layers } = tf;

export const steeringInputPx = { widthPx: 200, heightPx: 66 };

/**
 * The end-to-end steering network of Bojarski et al. 2016 (DAVE-2, "PilotNet"): three strided 5x5 and two 3x3
 * convolutions, four dense layers, with ELU and a little dropout. Input [66, 200, 3] in YUV; output [1].
 */
export function steeringNetwork(seed: number): tf.LayersModel {
  const input = tf.input({
    shape: [steeringInputPx.heightPx, steeringInputPx.widthPx, 3],
    name: 'road',
  });
  const shapes: readonly (readonly [number, number, number])[] = [
    [24, 5, 2],
    [36, 5, 2],
    [48, 5, 2],
    [64, 3, 1],
    [64, 3, 1],
  ];
  let map: Value = input;
  shapes.forEach(([filters, kernelSize, strides], index) => {
    map = layers
      .conv2d({
        name: `conv${index + 1}`,
        filters,
        kernelSize,
        strides,
        activation: 'elu',
        kernelInitializer: tf.initializers.heNormal({ seed: seed * 1000 + index }),
      })
      .apply(map) as Value;
  });
  let value = layers.flatten({ name: 'flat' }).apply(map) as Value;
  value = layers.dropout({ name: 'flat_dropout', rate: 0.3 }).apply(value) as Value;
  [100, 50, 10].forEach((units, index) => {
    value = layers
      .dense({
        name: `dense${index + 1}`,
        units,
        activation: 'elu',
        kernelInitializer: tf.initializers.heNormal({ seed: seed * 1000 + 10 + index }),
      })
      .apply(value) as Value;
  });
  const steering = layers
    .dense({
      name: 'steering',
      units: 1,
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed * 1000 + 20 }),
    })
    .apply(value) as Value;
  return tf.model({ inputs: input, outputs: steering, name: 'windshield_pilotnet' });
}
