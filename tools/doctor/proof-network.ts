import type { Bundle } from '../../src/bundle/bundle.js';
import { OnnxGraph } from '../../src/onnx/onnx-graph.js';

const sidePx = 96;
const channels = 16;

/** The value of every input pixel for which `proofAnswer` holds. */
export const proofInput = 0.5;

/** The correct answer for an input of `proofInput` everywhere: channel by channel 0.5, 1, 1.5 and so on. */
export const proofAnswer = Array.from({ length: channels }, (_, channel) => (channel + 1) / 2);

/**
 * A small network with a known answer: a convolution whose weights sum to 1, 2, 3 and so on, a second one that is the
 * identity, a ReLU and a mean. Enough to make a provider load its kernels, and to expose a wrong one.
 */
export function proofBundle(): Bundle {
  const graph = new OnnxGraph('proof');
  const taps = 27;
  const weights = Float32Array.from(
    { length: channels * taps },
    (_, index) => (Math.floor(index / taps) + 1) / taps,
  );
  const same = Float32Array.from({ length: channels * channels }, (_, index) =>
    index % (channels + 1) === 0 ? 1 : 0,
  );
  graph.input('image', [1, 3, sidePx, sidePx]);
  const first = graph.node(
    'Conv',
    ['image', graph.constant('weights', [channels, 3, 3, 3], weights)],
    { kernel_shape: [3, 3] },
  );
  const second = graph.node(
    'Conv',
    [first, graph.constant('same', [channels, channels, 1, 1], same)],
    { kernel_shape: [1, 1] },
  );
  const rectified = graph.node('Relu', [second]);
  const pooled = graph.node('GlobalAveragePool', [rectified]);
  graph.node('Flatten', [pooled], { axis: 1 }, 'means');
  graph.output('means', [1, channels]);
  return {
    where: 'the network that proves providers',
    network: graph.toBytes(),
    golden: { input: { seed: 1, minimum: 0, maximum: 1, shape: [] }, outputs: {} },
    manifest: {
      schemaVersion: 1,
      task: 'steering',
      name: 'proof',
      version: '1.0.0',
      network: { file: 'proof.onnx', sha256: '0'.repeat(64), parameters: weights.length },
      input: {
        tensor: { name: 'image', dtype: 'float32', shape: [1, 3, sidePx, sidePx] },
        spec: {
          regionNorm: [0, 0, 1, 1],
          fit: 'stretch',
          widthPx: sidePx,
          heightPx: sidePx,
          colour: 'rgb',
          layout: 'nchw',
          mean: [0, 0, 0],
          scale: [1, 1, 1],
          padValue: 0,
        },
      },
      outputs: [{ name: 'means', dtype: 'float32', shape: [1, channels] }],
      decode: {
        kind: 'steering',
        steering: 'means',
        radPerUnit: 1,
        maxAngleRad: 1,
        maxRateRadPerS: 1,
        wheelbaseM: 1,
      },
      training: { data: [], seed: 1, command: 'none' },
      scores: {},
      tolerance: {},
    },
  };
}
