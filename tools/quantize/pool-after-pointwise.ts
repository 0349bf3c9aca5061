import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf, intsOf, type NetworkGraph } from '../../src/onnx/network-graph.js';

/**
 * Swaps an average pool with the 1x1 convolution to fewer channels that alone reads it: both are linear, and
 * the average of a constant is the constant, so the bias may come first. ONNX Runtime's integer pool is slow
 * and then has fewer channels to process.
 */
export function poolAfterPointwise(graph: NetworkGraph): void {
  const consumers = graph.consumers();
  for (const pool of graph.nodes) {
    const [pooled] = pool.output as [string];
    const [reader, ...others] = consumers.get(pooled) ?? [];
    if (!reader || others.length > 0 || graph.outputs.includes(pooled)) continue;
    if (!isPlainAverage(pool) || !isNarrowingPointwise(graph, reader)) continue;
    const [result] = reader.output as [string];
    const convolved = graph.fresh(`${result}_unpooled`);
    const before = graph.node('Conv', [pool.input[0]!, ...reader.input.slice(1)], [convolved]);
    before.attribute = reader.attribute;
    const after = graph.node('AveragePool', [convolved], [result]);
    after.attribute = pool.attribute;
    graph.nodes[graph.nodes.indexOf(pool)] = before;
    graph.nodes[graph.nodes.indexOf(reader)] = after;
  }
}

/** False if padding counts as zeros: the average of a constant would then be less than the constant. */
function isPlainAverage(node: NodeProto): boolean {
  return node.opType === 'AveragePool' && intOf(node, 'count_include_pad', 0) === 0;
}

function isNarrowingPointwise(graph: NetworkGraph, node: NodeProto): boolean {
  const dims = node.opType === 'Conv' ? graph.floats(node.input[1])?.dims : undefined;
  if (dims?.length !== 4 || intOf(node, 'group', 1) !== 1) return false;
  const [outputs, inputs, rows, columns] = dims as [number, number, number, number];
  const isPointwise =
    rows === 1 &&
    columns === 1 &&
    (intsOf(node, 'strides') ?? []).every((step) => step === 1) &&
    (intsOf(node, 'pads') ?? []).every((pad) => pad === 0);
  return isPointwise && outputs < inputs;
}
