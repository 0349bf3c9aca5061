import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { PerceptionError } from '../frame/perception-error.js';
import { ModelProtoSchema } from './gen/onnx_pb.js';
import { liftOpset, opsetOf } from './lift-opset.js';
import type { OnnxGraph } from './onnx-graph.js';

export interface FrontOptions {
  /** Names the network in errors. */
  where: string;
  /** The opset that the graph is written in; an older network is lifted to it. */
  opset: number;
  /** What the graph is for, such as `preprocess: device`. */
  purpose: string;
}

/**
 * Puts a graph in front of a network: the graph's value `joint` feeds the network's input of that name, and the graph's
 * inputs become the network's. Names must not collide: give the graph a prefix.
 * Throws ERR_BUNDLE if the bytes are not a model, it has no such input, or its opset cannot be lifted.
 */
export function putInFront(
  front: OnnxGraph,
  network: Uint8Array,
  joint: string,
  { where, opset, purpose }: FrontOptions,
): Uint8Array {
  let model: ReturnType<typeof fromBinary<typeof ModelProtoSchema>>;
  try {
    model = fromBinary(ModelProtoSchema, network);
  } catch (cause) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected an ONNX network, found other bytes`,
      {
        cause,
      },
    );
  }
  const graph = model.graph;
  const place = graph?.input.findIndex(({ name }) => name === joint) ?? -1;
  if (graph === undefined || place < 0) {
    throw new PerceptionError(
      'ERR_BUNDLE',
      `${where}: expected a network with the input "${joint}", found ${graph?.input.map(({ name }) => name).join(', ') || 'none'}`,
    );
  }
  liftOpset(model, opset, { where, purpose });
  const { input, node, initializer } = front.proto;
  // Opset 20 renamed the interpolation.
  if (opsetOf(model) >= 20)
    for (const { opType, attribute } of node)
      for (const each of attribute)
        if (opType === 'GridSample' && each.name === 'mode')
          each.s = new TextEncoder().encode('linear');
  graph.input.splice(place, 1, ...input);
  graph.node.unshift(...node);
  graph.initializer.push(...initializer);
  return toBinary(ModelProtoSchema, model);
}
