import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { poolAfterPointwise } from './pool-after-pointwise.js';
import { splitTransposedConvolutions } from './sub-pixel-convolution.js';

/**
 * The same network in forms that have an integer kernel, exact but for the order of sums: Identity nodes are gone,
 * `MatMul + Add` of a matrix is one `Gemm`, a transposed convolution is a convolution that computes all pixels of a
 * block at once and a rearrangement, and an average is taken of as few channels as can be. `ranks` tells the number of dimensions of each value.
 */
export function prepareNetwork(
  bytes: Uint8Array,
  where: string,
  ranks: ReadonlyMap<string, number>,
): Uint8Array {
  const graph = NetworkGraph.read(bytes, where, { opset: 13, purpose: 'quantize' });
  joinDenseLayers(graph, ranks);
  splitTransposedConvolutions(graph);
  poolAfterPointwise(graph);
  dropIdentities(graph);
  return graph.toBytes();
}

/** MatMul by a constant matrix, and the Add of a constant row behind it, become one Gemm. */
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

/** Values that are another's under a second name take its place, or the output's name where they leave the graph. */
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
      // All that read the inner name read the output's from here on.
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
