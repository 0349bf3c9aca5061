import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import {
  type ActivationType,
  type IntegerMapping,
  integerMapping,
  type ValueRange,
} from './integer-range.js';
import { integerNodes, isMover, type Layer, layersOf } from './layers.js';
import { quantizeBias, quantizeWeights, type WeightBits } from './quantized-weights.js';

export interface IntegerOptions {
  /** Names of the layers that stay in float. */
  floatLayers: ReadonlySet<string>;
  activations: ActivationType;
  /** 7 is correct on every processor; 8 needs kernels that do not add products in 16 bits. */
  weightBits: WeightBits;
}

/**
 * Inserts QuantizeLinear and DequantizeLinear around every value that integer kernels pass on, with weights as
 * int8 by output channel and biases as int32: the QDQ form, which computes the same in float on any provider and
 * which ONNX Runtime fuses to integer kernels. `network` is a prepared one; `ranges` has each float value's range.
 */
export function insertIntegers(
  network: Uint8Array,
  ranges: ReadonlyMap<string, ValueRange>,
  options: IntegerOptions,
): Uint8Array {
  const graph = NetworkGraph.read(network, 'prepared network');
  const layers = layersOf(graph).filter(({ name }) => !options.floatLayers.has(name));
  new IntegerInserter(graph, layers, ranges, options).insert();
  return graph.toBytes();
}

class IntegerInserter {
  readonly #graph: NetworkGraph;
  readonly #layers: ReadonlyMap<NodeProto, Layer>;
  readonly #ranges: ReadonlyMap<string, ValueRange>;
  readonly #options: IntegerOptions;
  readonly #integerNodes: ReadonlySet<NodeProto>;
  readonly #producers: ReadonlyMap<string, NodeProto>;
  readonly #consumers: ReadonlyMap<string, NodeProto[]>;
  /** Original input name of each node that only moves values. */
  readonly #movedFrom: ReadonlyMap<NodeProto, string>;
  /** Name of each value after its round trip through integers. */
  readonly #rounded = new Map<string, string>();

  constructor(
    graph: NetworkGraph,
    layers: readonly Layer[],
    ranges: ReadonlyMap<string, ValueRange>,
    options: IntegerOptions,
  ) {
    this.#graph = graph;
    this.#layers = new Map(layers.map((layer) => [layer.node, layer]));
    this.#ranges = ranges;
    this.#options = options;
    this.#integerNodes = integerNodes(graph, new Set(this.#layers.keys()));
    this.#producers = graph.producers();
    this.#consumers = graph.consumers();
    const movers = graph.nodes.filter((node) => isMover(node) && this.#integerNodes.has(node));
    this.#movedFrom = new Map(movers.map((node) => [node, node.input[0]!]));
  }

  insert(): void {
    const nodes = [...this.#graph.nodes];
    const placed: NodeProto[] = [];
    for (const name of this.#graph.inputs) placed.push(...this.#roundTrip(name));
    for (const node of nodes) {
      placed.push(...this.#weightsOf(node));
      node.input = node.input.map((name) => this.#readName(name, node));
      placed.push(node);
      for (const name of [...node.output]) placed.push(...this.#roundTrip(name, node));
    }
    this.#graph.nodes = placed;
  }

  /** Integer nodes, and all readers of an integer node's output, read the rounded value. */
  #readName(name: string, reader: NodeProto): string {
    const producer = this.#producers.get(name);
    const isInteger = producer !== undefined && this.#integerNodes.has(producer);
    return isInteger || this.#integerNodes.has(reader) ? (this.#rounded.get(name) ?? name) : name;
  }

  /** QuantizeLinear and DequantizeLinear after a value, if an integer node makes or reads it. */
  #roundTrip(name: string, producer?: NodeProto): NodeProto[] {
    const readers = this.#consumers.get(name) ?? [];
    const isMade = producer !== undefined && this.#integerNodes.has(producer);
    const isRead = readers.some((reader) => this.#integerNodes.has(reader));
    if (!isMade && !isRead) return [];
    if (isMade && this.#isInner(name, readers)) return [];
    // The integer Gemm can output float: a value that no integer node reads is not rounded.
    if (producer?.opType === 'Gemm' && !isRead) return [];
    const graph = this.#graph;
    const { scale, zeroPoint } = this.#mappingOf(name);
    const isUnsigned = this.#options.activations === 'uint8';
    const parameters = [
      graph.constant(`${name}_scale`, [], Float32Array.of(scale)),
      graph.constant(
        `${name}_zero_point`,
        [],
        isUnsigned ? Uint8Array.of(zeroPoint) : Int8Array.of(zeroPoint),
      ),
    ];
    // An output keeps its name, which then belongs to the rounded value.
    const isOutput = isMade && graph.outputs.includes(name);
    const raw = isOutput ? graph.fresh(`${name}_exact`) : name;
    const rounded = isOutput ? name : graph.fresh(`${name}_rounded`);
    if (isOutput) producer.output = producer.output.map((old) => (old === name ? raw : old));
    const integers = graph.fresh(`${name}_integers`);
    this.#rounded.set(name, rounded);
    return [
      graph.node('QuantizeLinear', [raw, ...parameters], [integers]),
      graph.node('DequantizeLinear', [integers, ...parameters], [rounded]),
    ];
  }

  /** Whether only the Relu after its layer reads a value: both are one kernel. */
  #isInner(name: string, readers: readonly NodeProto[]): boolean {
    const [reader] = readers;
    return readers.length === 1 && reader!.opType === 'Relu' && !this.#graph.outputs.includes(name);
  }

  #mappingOf(name: string): IntegerMapping {
    const source = this.#movedFrom.get(this.#producers.get(name) as NodeProto);
    if (source !== undefined) return this.#mappingOf(source);
    return integerMapping(this.#ranges.get(name)!, this.#options.activations);
  }

  /** Converts a layer's weights and bias to integers, and returns the nodes that convert them back to floats. */
  #weightsOf(node: NodeProto): NodeProto[] {
    const layer = this.#layers.get(node);
    if (!layer) return [];
    const graph = this.#graph;
    const [input, weightName, biasName] = node.input as [string, string, string | undefined];
    const inputScale = this.#mappingOf(input).scale;
    const { dims, values } = graph.floats(weightName)!;
    const bias = graph.floats(biasName)?.values;
    const { channelAxis } = layer;
    const weights = quantizeWeights(
      values,
      dims,
      channelAxis,
      bias?.map((value) => value / inputScale),
      this.#options.weightBits,
    );
    const channels = weights.scales.length;
    const back = (name: string, integers: string, scales: Float32Array, axis: number) => {
      const output = graph.fresh(`${name}_rounded`);
      const inputs = [integers, graph.constant(`${name}_scale`, [channels], scales)];
      if (name === weightName)
        inputs.push(graph.constant(`${name}_zero_point`, [channels], new Int8Array(channels)));
      return graph.node('DequantizeLinear', inputs, [output], { axis });
    };
    const kernel = graph.constant(`${weightName}_integers`, dims, weights.integers);
    const nodes = [back(weightName, kernel, weights.scales, channelAxis)];
    if (bias) {
      const { integers, scales } = quantizeBias(bias, inputScale, weights.scales);
      const counted = graph.constant(`${biasName}_integers`, [channels], integers);
      nodes.push(back(biasName!, counted, scales, 0));
    }
    node.input = [input, ...nodes.map((made) => made.output[0]!)];
    return nodes;
  }
}
