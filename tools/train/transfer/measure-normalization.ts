import { NativeSession, type NativeTensor } from '../../../src/inference/native-session.js';
import { exportOnnx } from '../../layers-to-onnx/export-onnx.js';
import { type LayerNode, readLayerGraph } from '../../layers-to-onnx/layer-graph.js';
import { tf } from '../../layers-to-onnx/tf.js';

/**
 * Restores the statistics of normalisation layers that were unfolded from a bundle and are the identity: mean and
 * variance of each layer's input on a batch of pictures, with gamma and beta such that the network infers as before.
 * Training, which uses the batch's own statistics, then starts from the same network too.
 *
 * `input` is float32 [rows, channels, height, width]; a few dozen signs or a few frames are enough.
 */
export function measureNormalization(
  model: tf.LayersModel,
  layers: ReadonlySet<string>,
  input: Float32Array,
  rows: number,
): void {
  const normalizations = readLayerGraph(model).nodes.filter(({ name }) => layers.has(name));
  if (normalizations.length === 0) return;
  const reached = normalizations.map(
    ({ inputs }) => model.getLayer(inputs[0]!).output as tf.SymbolicTensor,
  );
  const exported = exportOnnx(tf.model({ inputs: model.inputs, outputs: reached }), {
    graphName: 'before_normalization',
    inputName: 'input',
    outputNames: normalizations.map(({ name }) => name),
    batch: rows,
  });
  const fetches: Record<string, NativeTensor> = {};
  for (const { name, shape } of exported.outputs) {
    const dims = shape as number[];
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
    fetches[name] = { type: 'float32', dims, data };
  }
  const session = NativeSession.load(exported.bytes, 'before normalisation');
  const dims = exported.input.shape as number[];
  const used = input.slice(
    0,
    dims.reduce((product, size) => product * size, 1),
  );
  session.run({ [exported.input.name]: { type: 'float32', dims, data: used } }, fetches);
  session.release();
  for (const node of normalizations) {
    setStatistics(node, fetches[node.name]!.data as Float32Array, rows);
  }
}

function setStatistics({ config, weights }: LayerNode, values: Float32Array, rows: number): void {
  const [gamma, beta, runningMean, runningVariance] = weights;
  const channels = gamma!.shape[0]!;
  const pixels = values.length / (rows * channels);
  const mean = new Float32Array(channels);
  const variance = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const start = (row * channels + channel) * pixels;
      for (let i = start; i < start + pixels; i++) {
        sum += values[i]!;
        squares += values[i]! * values[i]!;
      }
    }
    const count = rows * pixels;
    mean[channel] = sum / count;
    variance[channel] = Math.max(0, squares / count - (sum / count) ** 2);
  }
  const epsilon = config['epsilon'] as number;
  const shift = beta!.read();
  beta!.write(shift.map((value, channel) => value + mean[channel]!));
  gamma!.write(variance.map((value) => Math.sqrt(value + epsilon)));
  runningMean!.write(mean);
  runningVariance!.write(variance);
}
