import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf, type NetworkGraph } from '../../src/onnx/network-graph.js';

/** A node with weights that an integer kernel can compute. */
export interface Layer {
  /** The name of its weights without the suffix, such as `stem_1`. */
  name: string;
  node: NodeProto;
  /** The axis of the weights that counts output channels. */
  channelAxis: number;
}

/** The layers of a prepared network, in the order in which they run. Weights must be constants. */
export function layersOf(graph: NetworkGraph): Layer[] {
  return graph.nodes.flatMap((node) => {
    const weights = graph.floats(node.input[1]);
    const isBiased = (node.input[2] ?? '') !== '';
    if (!weights || (isBiased && !graph.floats(node.input[2]))) return [];
    const name = node.input[1]!.replace(/\.sub_pixels$/, '').replace(/\.kernel$/, '');
    if (node.opType === 'Conv') return [{ name, node, channelAxis: 0 }];
    const isPlainGemm =
      node.opType === 'Gemm' &&
      intOf(node, 'transA', 0) === 0 &&
      node.attribute.every(({ name: key }) => key !== 'alpha' && key !== 'beta');
    if (!isPlainGemm) return [];
    return [{ name, node, channelAxis: intOf(node, 'transB', 0) === 1 ? 0 : 1 }];
  });
}

/** Operators that move values without changing them: input and output share one mapping. */
const movers = new Set(['MaxPool', 'Transpose', 'Reshape', 'Flatten', 'Slice', 'DepthToSpace']);
/** Operators without weights that have an integer kernel. */
const combiners = new Set(['Add', 'Concat', 'AveragePool', 'GlobalAveragePool']);

export const isMover = (node: NodeProto): boolean => movers.has(node.opType);

/**
 * The nodes that work on integers if the layers of `chosen` do: those layers, the Relu after each, and all nodes between
 * them that move or combine only their results. A Concat or Add that no chosen layer reads stays in
 * float, so that an output of the network is rounded only once.
 */
export function integerNodes(graph: NetworkGraph, chosen: ReadonlySet<NodeProto>): Set<NodeProto> {
  const producers = graph.producers();
  const consumers = graph.consumers();
  const nodes = new Set<NodeProto>();
  for (const node of graph.nodes) {
    const isInteger = (name: string): boolean => nodes.has(producers.get(name) as NodeProto);
    if (chosen.has(node)) nodes.add(node);
    else if (node.opType === 'Relu' || isMover(node)) {
      if (isInteger(node.input[0]!)) nodes.add(node);
    } else if (combiners.has(node.opType) && node.input.every(isInteger)) nodes.add(node);
  }
  for (const node of [...graph.nodes].reverse()) {
    if (!combiners.has(node.opType) || !nodes.has(node)) continue;
    const reads = (name: string): boolean =>
      (consumers.get(name) ?? []).some(
        (reader) =>
          nodes.has(reader) &&
          (chosen.has(reader) || combiners.has(reader.opType) || reader.output.some(reads)),
      );
    if (!node.output.some(reads)) nodes.delete(node);
  }
  // Removes nodes after such a node too: they would round a value that nothing else needs.
  for (const node of graph.nodes) {
    const follows = node.opType === 'Relu' || isMover(node);
    if (follows && !nodes.has(producers.get(node.input[0]!) as NodeProto)) nodes.delete(node);
  }
  return nodes;
}
