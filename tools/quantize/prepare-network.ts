import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { poolAfterPointwise } from './pool-after-pointwise.js';
import { splitTransposedConvolutions } from './sub-pixel-convolution.js';

/**
 * Rewrites a network in forms that have an integer kernel, exact except for the order of sums: Identity nodes are removed,
 * `MatMul + Add` of a matrix is one `Gemm`, a transposed convolution is a convolution that computes all pixels of a
 * block at once followed by a rearrangement, and averages are taken over as few channels as possible. `ranks` is the number
 * of dimensions of each value. A network with conditions or loops is returned as it is.
 */
export function prepareNetwork(
  bytes: Uint8Array,
  where: string,
  ranks: ReadonlyMap<string, number>,
): Uint8Array {
  const graph = NetworkGraph.read(bytes, where, { opset: 13, purpose: 'quantize' });
  // What is read inside a condition or a loop must keep its name.
  if (graph.hasBranches) return graph.toBytes();
  joinDenseLayers(graph, ranks);
  splitTransposedConvolutions(graph);
  poolAfterPointwise(graph);
  dropIdentities(graph);
  return graph.toBytes();
}

/** Merges MatMul by a constant matrix and the Add of a constant row after it into one Gemm. */
function joinDenseLayers(graph: NetworkGraph, ranks: ReadonlyMap<string, number>): void {
  const consumers = graph.consumers();
  const gone = new Set<unknown>();
  graph.nodes = graph.nodes.flatMap((node) => {
    if (gone.has(node)) return [];
    const [input, weights] = node.input;
    const matrix = node.opType === 'MatMul' ? graph.floats(weights) : undefined;
    if (matrix?.dims.length !== 2 || ranks.get(input!) !== 2) return [node];
    const [next, ...others] = consumers.get(node.output[0]!) ?? [];
    const bias = next?.opType === 'Add' ? next.input.find((name) => graph.floats(name)) : undefined;
    const isRow = graph.floats(bias)?.values.length === matrix.dims[1];
    if (others.length > 0 || graph.outputs.includes(node.output[0]!) || !bias || !isRow) {
      return [graph.node('Gemm', [input!, weights!], node.output)];
    }
    gone.add(next);
    return [graph.node('Gemm', [input!, weights!, bias], next!.output)];
  });
}

/** Removes Identity nodes: readers use the original value, which takes the output's name if it leaves the graph. */
function dropIdentities(graph: NetworkGraph): void {
  const producers = graph.producers();
  const renamed = new Map<string, string>();
  const current = (name: string): string => renamed.get(name) ?? name;
  graph.nodes = graph.nodes.filter((node) => {
    if (node.opType !== 'Identity') return true;
    const from = current(node.input[0]!);
    const to = node.output[0]!;
    if (!graph.outputs.includes(to)) renamed.set(to, from);
    else if (producers.has(from) && !graph.outputs.includes(from)) {
      // All readers of the inner name now read the output's.
      for (const [key, value] of renamed) if (value === from) renamed.set(key, to);
      renamed.set(from, to);
    } else return true;
    return false;
  });
  for (const node of graph.nodes) {
    node.input = node.input.map(current);
    node.output = node.output.map(current);
  }
}
