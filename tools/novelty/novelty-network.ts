import {
  autoencoderPx,
  codeName,
  inputName,
  reconstructionName,
} from '../autoencoder/autoencoder-spec.js';
import { NetworkGraph } from '../quantize/network-graph.js';
import type { Ordinary } from './ordinary.js';

/** The picture's error is averaged in so many cells: where it lies counts. */
const cellPx = 16;
const cellCount = (autoencoderPx.widthPx / cellPx) * (autoencoderPx.heightPx / cellPx);
/** Below this mean squared error there is nothing but rounding. */
const leastError = 1e-4;

export const errorName = 'error';
export const distanceName = 'distance';
export const featuresName = 'features';

/** Numbers that a frame is judged by: its code, and the logarithm of the error of each cell. */
export const featureCount = (codeSize: number): number => codeSize + cellCount;

/** The autoencoder with its features as a further output: float32 [1, codeSize + 24]. */
export function featureNetwork(autoencoder: Uint8Array, where: string): Uint8Array {
  const graph = NetworkGraph.read(autoencoder, where);
  appendFeatures(graph);
  return only(graph, [featuresName]);
}

/**
 * The whole of the gate as one network, so that any provider runs it: `error` [1, 1], the mean squared error of the
 * reconstruction, and `distance` [1, 1], Mahalanobis' distance of the features to the ordinary ones.
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
  // Rows times W^T are W times columns.
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
  const pooled = add('AveragePool', [squared], 'squared_by_cell', {
    kernel_shape: [cellPx, cellPx],
    strides: [cellPx, cellPx],
  });
  const cells = add('ReduceMean', [pooled], 'error_by_cell', { axes: [1], keepdims: 0 });
  const shape = graph.constant('cells_shape', [2], BigInt64Array.from([1n, BigInt(cellCount)]));
  const flat = add('Reshape', [cells, shape], 'errors');
  add('ReduceMean', [flat], errorName, { axes: [1], keepdims: 1 });
  const least = graph.constant('least_error', [1], Float32Array.of(leastError));
  const raised = add('Add', [flat, least], 'errors_raised');
  const logs = add('Log', [raised], 'log_errors');
  add('Concat', [codeName, logs], featuresName, { axis: 1 });
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
