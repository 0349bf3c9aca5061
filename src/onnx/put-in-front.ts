import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { PerceptionError } from '../frame/perception-error.js';
import { ModelProtoSchema } from './gen/onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';

/**
 * The network with a graph in front of it: what the graph calls `joint` becomes the input of that name, and the
 * graph's inputs become the network's. Names must not meet: give the graph a prefix.
 * Throws ERR_BUNDLE when the bytes are no model, or one without such an input.
 */
export function putInFront(front: OnnxGraph, network: Uint8Array, joint: string): Uint8Array {
  let model: ReturnType<typeof fromBinary<typeof ModelProtoSchema>>;
  try {
    model = fromBinary(ModelProtoSchema, network);
  } catch (cause) {
    throw new PerceptionError('ERR_BUNDLE', 'expected an ONNX network, found other bytes', {
      cause,
    });
  }
  const graph = model.graph;
  const place = graph?.input.findIndex(({ name }) => name === joint) ?? -1;
  if (graph === undefined || place < 0) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `expected a network with the input "${joint}", found ${graph?.input.map(({ name }) => name).join(', ') || 'none'}`,
    );
  }
  const { input, node, initializer } = front.proto;
  graph.input.splice(place, 1, ...input);
  graph.node.unshift(...node);
  graph.initializer.push(...initializer);
  return toBinary(ModelProtoSchema, model);
}
