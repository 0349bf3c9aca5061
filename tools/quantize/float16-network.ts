import { PerceptionError } from '../../src/frame/perception-error.js';
import { largestHalf, toHalfBits } from '../../src/onnx/half-float.js';
import { NetworkGraph } from '../../src/onnx/network-graph.js';
import { onnxDataTypes, tensorProto } from '../../src/onnx/onnx-graph.js';

/**
 * Converts a network's weights, activations and arithmetic to float16, with inputs and outputs of the same types as
 * before: the fastest form on a GPU. A CPU without float16 arithmetic computes in float32 and rounds between operators.
 * Throws ERR_EXPORT if a weight does not fit float16, an operator creates float32 itself, or no weight is in float32.
 */
export function toFloat16(network: Uint8Array, where: string): Uint8Array {
  const graph = NetworkGraph.read(network, where, { opset: 13, purpose: 'quantize --to float16' });
  // The scales of a Resize are float32 for any type of data.
  const kept = new Set(
    graph.nodes.flatMap((node) => (node.opType === 'Resize' ? node.input.slice(1) : [])),
  );
  let halved = 0;
  for (const [name] of graph.constants) {
    const tensor = kept.has(name) ? undefined : graph.floats(name);
    if (!tensor) continue;
    const largest = tensor.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!(largest <= largestHalf)) {
      throw new PerceptionError(
        'ERR_EXPORT',
        `${where}: ${name}: expected weights up to ${largestHalf}, which float16 can hold, found ${largest}`,
      );
    }
    const data = toHalfBits(tensor.values);
    graph.constants.set(name, tensorProto(name, { dims: tensor.dims, data }));
    halved++;
  }
  if (halved === 0)
    throw new PerceptionError(
      'ERR_EXPORT',
      `${where}: expected weights in float32 to make halves of, found none: are they of 8 or 16 bits already?`,
    );
  const maker = graph.nodes.find(({ opType }) => makers.has(opType));
  if (maker) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `${where}: expected operators that take the type of their input, found ${maker.opType}`,
    );
  }
  castRim(graph);
  return graph.toBytes();
}

/** Operators whose output's type does not follow from their inputs. */
const makers = new Set(['Cast', 'Constant', 'ConstantOfShape', 'RandomNormal', 'RandomUniform']);

/**
 * Casts the float32 inputs to float16 and the float32 outputs, which keep their names, back. Those of other types, such as
 * class numbers, stay as they are.
 */
function castRim(graph: NetworkGraph): void {
  const renamed = new Map<string, string>();
  const isFloat = (name: string): boolean => {
    const { elemType = onnxDataTypes.float32 } = graph.declared(name) ?? {};
    return elemType === onnxDataTypes.float32;
  };
  const casts = graph.inputs.filter(isFloat).map((name) => {
    const half = graph.fresh(`${name}_half`);
    renamed.set(name, half);
    return graph.node('Cast', [name], [half], { to: onnxDataTypes.float16 });
  });
  const backs = graph.outputs.filter(isFloat).map((name) => {
    const half = graph.fresh(`${name}_half`);
    renamed.set(name, half);
    return graph.node('Cast', [half], [name], { to: onnxDataTypes.float32 });
  });
  const current = (name: string): string => renamed.get(name) ?? name;
  for (const node of graph.nodes) {
    node.input = node.input.map(current);
    node.output = node.output.map(current);
  }
  graph.nodes = [...casts, ...graph.nodes, ...backs];
}
