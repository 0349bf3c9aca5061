import { NetworkGraph } from '../../src/onnx/network-graph.js';
import {
  autoencoderPx,
  codeName,
  inputName,
  reconstructionName,
} from '../autoencoder/autoencoder-spec.js';
import type { Ordinary } from './ordinary.js';

/** Error and contrast are averaged over cells of this size, so that their position counts. */
const cellPx = 16;
const cellCount = (autoencoderPx.widthPx / cellPx) * (autoencoderPx.heightPx / cellPx);
/** A mean square of values in -1..1 below this is only rounding. */
const leastSquare = 1e-4;

export const errorName = 'error';
export const distanceName = 'distance';
export const featuresName = 'features';

/** Number of values that describe a frame: its code, and the logarithms of error and contrast for each cell. */
export const featureCount = (codeSize: number): number => codeSize + 2 * cellCount;

/** The autoencoder with its features as an additional output: float32 [1, codeSize + 48]. */
export function featureNetwork(autoencoder: Uint8Array, where: string): Uint8Array {
  const graph = NetworkGraph.read(autoencoder, where);
  appendFeatures(graph);
  return only(graph, [featuresName]);
}

/**
 * The complete gate as one network, so that any provider runs it: `error` [1, 1], the mean squared error of the
 * reconstruction, and `distance` [1, 1], the Mahalanobis distance of the features from the ordinary ones.
 */
export function noveltyNetwork(
  autoencoder: Uint8Array,
  { mean, whitening }: Ordinary,
  where: string,
): Uint8Array {
  const size = mean.length;
  const graph = NetworkGraph.read(autoencoder, where);
  appendFeatures(graph);
  const add = adder(graph);
  const centre = graph.constant('ordinary_mean', [1, size], Float32Array.from(mean));
  // Transposed, because the features are a row: row times W^T.
  const turned = Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return whitening[column * size + row]!;
  });
  const matrix = graph.constant('whitening', [size, size], turned);
  const centred = add('Sub', [featuresName, centre], 'centred');
  const whitened = add('MatMul', [centred, matrix], 'whitened');
  const squares = add('Mul', [whitened, whitened], 'whitened_squares');
  const axes = graph.constant('feature_axis', [1], BigInt64Array.from([1n]));
  const sum = add('ReduceSum', [squares, axes], 'squared_distance', { keepdims: 1 });
  add('Sqrt', [sum], distanceName);
  return only(graph, [errorName, distanceName]);
}

function appendFeatures(graph: NetworkGraph): void {
  const add = adder(graph);
  const difference = add('Sub', [inputName, reconstructionName], 'difference');
  const squared = add('Mul', [difference, difference], 'squared_difference');
  const shape = graph.constant('cells_shape', [2], BigInt64Array.from([1n, BigInt(cellCount)]));
  const least = graph.constant('least_square', [1], Float32Array.of(leastSquare));
  /** Means over cells; `row` then averages over channels. */
  const pooled = (input: string, output: string) =>
    add('AveragePool', [input], output, {
      kernel_shape: [cellPx, cellPx],
      strides: [cellPx, cellPx],
    });
  const row = (input: string, output: string) => {
    const means = add('ReduceMean', [input], `${output}_of_channels`, { axes: [1], keepdims: 0 });
    return add('Reshape', [means, shape], output);
  };
  const logs = (input: string, output: string) => {
    // Rounding may give slightly negative values.
    const positive = add('Relu', [input], `${output}_positive`);
    return add('Log', [add('Add', [positive, least], `${output}_raised`)], output);
  };
  const errors = row(pooled(squared, 'squared_by_cell'), 'errors');
  add('ReduceMean', [errors], errorName, { axes: [1], keepdims: 1 });
  const level = pooled(inputName, 'level_by_cell');
  const levelSquared = add('Mul', [level, level], 'level_squared');
  const square = add('Mul', [inputName, inputName], 'picture_squared');
  const spread = add('Sub', [pooled(square, 'square_by_cell'), levelSquared], 'variance_by_cell');
  const contrasts = row(spread, 'contrasts');
  const parts = [codeName, logs(errors, 'log_errors'), logs(contrasts, 'log_contrasts')];
  add('Concat', parts, featuresName, { axis: 1 });
}

type Attributes = Parameters<NetworkGraph['node']>[3];
const adder =
  (graph: NetworkGraph) =>
  (opType: string, inputs: string[], output: string, attributes?: Attributes): string => {
    graph.nodes.push(graph.node(opType, inputs, [output], attributes));
    return output;
  };

function only(graph: NetworkGraph, names: readonly string[]): Uint8Array {
  graph.leave(names.map((name) => ({ name, dims: [1, name === featuresName ? undefined : 1] })));
  return graph.toBytes();
}
