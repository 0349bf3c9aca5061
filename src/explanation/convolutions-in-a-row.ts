import type { Bundle } from '../bundle/bundle.js';
import { inputShapeTail } from '../bundle/check-shapes.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { NodeProto } from '../onnx/gen/onnx_pb.js';
import { intsOf, NetworkGraph } from '../onnx/network-graph.js';
import type { ConvolvedLayer } from './visual-back-prop.js';

const activations = ['Relu', 'Elu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh'];

/** Above, to the left, below and to the right. */
type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** A convolution, and the value after its activation. */
interface Watched {
  node: NodeProto;
  name: string;
  /** Places that the kernel reaches over: with dilation more than it has weights. */
  kernel: readonly [number, number];
  /** Padding by a node of its own in front of it. */
  padded: Sides;
}

/** A value of the network after a run: float32, [1, channels, rows, columns]. */
export interface WatchedValue {
  dims: readonly number[];
  data: Float32Array;
}

/** A network with its convolutions in one chain, and the inner values that VisualBackProp reads. */
export interface ConvolutionsInARow {
  /** The network with `names` among its outputs. */
  network: Uint8Array;
  names: readonly string[];
  /** Size of the network's input. */
  inputSize: { rows: number; columns: number };
  /** Makes the layers from a run's values of `names`. */
  layers(answers: Readonly<Record<string, WatchedValue>>): ConvolvedLayer[];
}

/** Throws ERR_USAGE if the network's convolutions branch, have pooling between them, or are of integers. */
export function convolutionsInARow({ manifest, network, where }: Bundle): ConvolutionsInARow {
  const graph = NetworkGraph.read(network, where);
  const watched = watchedIn(graph, where);
  graph.expose(watched.map(({ name }) => name));
  const { spec } = manifest.input;
  const tail = inputShapeTail(spec);
  const [rows, columns] = spec.layout === 'nchw' ? [tail[1], tail[2]] : [tail[0], tail[1]];
  return {
    network: graph.toBytes(),
    names: watched.map(({ name }) => name),
    inputSize: { rows, columns },
    layers(answers) {
      let below: readonly [number, number] = [rows, columns];
      return watched.map(({ node, name, kernel, padded }) => {
        const { dims, data } = answers[name]!;
        const [, channels, layerRows, layerColumns] = dims as [number, number, number, number];
        const [strideRows = 1, strideColumns = 1] = intsOf(node, 'strides') ?? [];
        const stride = [strideRows, strideColumns] as const;
        const [top, left, bottom, right] = padded;
        const size = [below[0] + top + bottom, below[1] + left + right] as const;
        const [ownTop, ownLeft] = paddingOf(node, size, kernel, stride);
        below = [layerRows, layerColumns];
        return {
          mean: meanOverChannels(data, channels, layerRows * layerColumns),
          rows: layerRows,
          columns: layerColumns,
          kernel,
          stride,
          padding: [top + ownTop, left + ownLeft] as const,
        };
      });
    },
  };
}

/** A convolution's own padding, above and to the left, of an input of this size (ONNX, Conv: `pads` and `auto_pad`). */
function paddingOf(
  node: NodeProto,
  size: readonly [number, number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
): readonly [number, number] {
  const automatic = node.attribute.find(({ name }) => name === 'auto_pad')?.s;
  const how = automatic === undefined ? '' : new TextDecoder().decode(automatic);
  if (how !== 'SAME_UPPER' && how !== 'SAME_LOWER') {
    const [top = 0, left = 0] = intsOf(node, 'pads') ?? [];
    return [top, left];
  }
  const before = (axis: 0 | 1) => {
    const steps = Math.ceil(size[axis] / stride[axis]) - 1;
    const half = Math.max(0, steps * stride[axis] + kernel[axis] - size[axis]) / 2;
    return how === 'SAME_UPPER' ? Math.floor(half) : Math.ceil(half);
  };
  return [before(0), before(1)];
}

/** What a Pad node in front of a convolution adds; nothing for any other node. */
function paddedBy(graph: NetworkGraph, node: NodeProto | undefined): Sides {
  if (node?.opType !== 'Pad') return [0, 0, 0, 0];
  const pads = intsOf(node, 'pads') ?? graph.numbers(node.input[1] ?? '', 8) ?? [];
  const [, , top = 0, left = 0, , , bottom = 0, right = 0] = pads;
  return [top, left, bottom, right];
}

function watchedIn(graph: NetworkGraph, where: string): Watched[] {
  const consumers = graph.consumers();
  const watched: Watched[] = [];
  for (const node of graph.nodes) {
    if (node.opType.startsWith('QLinear') || node.opType === 'DequantizeLinear')
      throw unsuited(where, 'a quantised network; explain its float32 twin');
    if (node.opType !== 'Conv') continue;
    const before = watched.at(-1);
    if (before !== undefined && !readsFrom(graph, node, before.name))
      throw unsuited(where, `convolutions that branch at ${node.output[0]}`);
    const between = graph.producers().get(node.input[0]!);
    if (before !== undefined && between?.opType.endsWith('Pool'))
      throw unsuited(where, `pooling between them at ${between.output[0]}`);
    // The attribute may be missing, and the weights may be a node's result.
    const weightDims = graph.constants.get(node.input[1]!)?.dims.map(Number) ?? [];
    const [kernelRows = 1, kernelColumns = 1] = intsOf(node, 'kernel_shape') ?? weightDims.slice(2);
    const [apartRows = 1, apartColumns = 1] = intsOf(node, 'dilations') ?? [];
    const reader = consumers.get(node.output[0]!) ?? [];
    const isActivated = reader.length === 1 && activations.includes(reader[0]!.opType);
    const name = isActivated ? reader[0]!.output[0]! : node.output[0]!;
    watched.push({
      node,
      name,
      kernel: [(kernelRows - 1) * apartRows + 1, (kernelColumns - 1) * apartColumns + 1],
      padded: paddedBy(graph, between),
    });
  }
  if (watched.length === 0) throw unsuited(where, 'no convolution');
  return watched;
}

/** True if the node reads the value, directly or through one other node (a normalisation, a pad). */
function readsFrom(graph: NetworkGraph, node: NodeProto, name: string): boolean {
  return node.input[0] === name || graph.producers().get(node.input[0]!)?.input[0] === name;
}

const unsuited = (where: string, found: string) =>
  new PerceptionError(
    'ERR_USAGE',
    `${where}: visual-backprop expects convolutions in one row, found ${found}; --method occlusion explains any network`,
  );

function meanOverChannels(data: Float32Array, channels: number, places: number): Float32Array {
  const mean = new Float32Array(places);
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < places; place++)
      mean[place]! += data[channel * places + place]! / channels;
  return mean;
}
