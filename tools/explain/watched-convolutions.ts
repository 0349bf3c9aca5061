import type { Bundle } from '../../src/bundle/bundle.js';
import { inputShapeTail } from '../../src/bundle/check-shapes.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { NativeSession } from '../../src/inference/native-session.js';
import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intsOf, NetworkGraph } from '../quantize/network-graph.js';
import type { ConvolvedLayer } from './visual-back-prop.js';

const activations = ['Relu', 'Elu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh'];

interface Watched {
  node: NodeProto;
  /** The value after the activation. */
  name: string;
  kernel: readonly [number, number];
}

/** A network whose convolutions stand in a row, and what each of them answers. */
export class WatchedConvolutions {
  readonly #bundle: Bundle;
  readonly #session: NativeSession;
  readonly #layers: readonly Watched[];

  private constructor(bundle: Bundle, session: NativeSession, layers: readonly Watched[]) {
    this.#bundle = bundle;
    this.#session = session;
    this.#layers = layers;
  }

  /** Throws ERR_USAGE where the network's convolutions branch, or are of integers, so that there is no one way back. */
  static open(bundle: Bundle): WatchedConvolutions {
    const graph = NetworkGraph.read(bundle.network, bundle.where);
    const layers = convolutionsInARow(graph, bundle.where);
    graph.expose(layers.map(({ name }) => name));
    const session = NativeSession.load(graph.toBytes(), bundle.where);
    return new WatchedConvolutions(bundle, session, layers);
  }

  /** Runs the network on one input tensor, as its manifest describes it. */
  layers(input: Float32Array): ConvolvedLayer[] {
    const { tensor } = this.#bundle.manifest.input;
    const dims = tensor.shape.map((size) => (typeof size === 'string' ? 1 : size));
    const names = this.#layers.map(({ name }) => name);
    const feed = { [tensor.name]: { type: 'float32' as const, dims, data: input } };
    const answers = this.#session.answer(feed, names);
    return this.#layers.map(({ node, name, kernel }) => {
      const { dims: shape, data } = answers[name]!;
      const [, channels, rows, columns] = shape as [number, number, number, number];
      const [strideRows = 1, strideColumns = 1] = intsOf(node, 'strides') ?? [];
      const [top = 0, left = 0] = intsOf(node, 'pads') ?? [];
      const mean = meanOverChannels(data as Float32Array, channels, rows * columns);
      const stride = [strideRows, strideColumns] as const;
      return { mean, rows, columns, kernel, stride, padding: [top, left] as const };
    });
  }

  /** Rows and columns of the network's input. */
  get inputSize(): { rows: number; columns: number } {
    const { spec } = this.#bundle.manifest.input;
    const tail = inputShapeTail(spec);
    const [rows, columns] = spec.layout === 'nchw' ? [tail[1], tail[2]] : [tail[0], tail[1]];
    return { rows, columns };
  }

  release(): void {
    this.#session.release();
  }
}

function convolutionsInARow(graph: NetworkGraph, where: string): Watched[] {
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
    const kernelDims = graph.floats(node.input[1])?.dims ?? [];
    const [kernelRows = 1, kernelColumns = 1] = kernelDims.slice(2);
    const reader = consumers.get(node.output[0]!) ?? [];
    const isActivated = reader.length === 1 && activations.includes(reader[0]!.opType);
    const name = isActivated ? reader[0]!.output[0]! : node.output[0]!;
    watched.push({ node, name, kernel: [kernelRows, kernelColumns] });
  }
  if (watched.length === 0) throw unsuited(where, 'no convolution');
  return watched;
}

/** True where the node reads the value, or what a node without weights (a normalisation, a pad) made of it. */
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
