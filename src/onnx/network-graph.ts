import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  ValueInfoProtoSchema,
} from './gen/onnx_pb.js';
import { liftOpset } from './lift-opset.js';
import {
  type AttributeValue,
  attributeProto,
  type OnnxData,
  onnxDataTypes,
  tensorProto,
} from './onnx-graph.js';

/** An ONNX network that can be edited. Nodes are in the order in which they run. */
export class NetworkGraph {
  nodes: NodeProto[];
  /** Weights and other constants by name. */
  readonly constants: Map<string, TensorProto>;
  readonly inputs: readonly string[];
  outputs: readonly string[];
  readonly #model: ModelProto;
  readonly #names: Set<string>;

  private constructor(model: ModelProto) {
    const graph = model.graph!;
    this.#model = model;
    this.nodes = graph.node;
    this.constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
    this.inputs = graph.input.map(({ name }) => name);
    this.outputs = graph.output.map(({ name }) => name);
    this.#names = new Set([...this.inputs, ...this.constants.keys()]);
    for (const node of this.nodes) for (const name of node.output) this.#names.add(name);
  }

  /**
   * Reads a model file; `where` names it. `needs`: the opset that it is lifted to, and for what.
   * Throws ERR_BUNDLE if it is not an ONNX network, or cannot be lifted.
   */
  static read(
    bytes: Uint8Array,
    where: string,
    needs?: { opset: number; purpose: string },
  ): NetworkGraph {
    let model: ModelProto;
    try {
      model = fromBinary(ModelProtoSchema, bytes);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new PerceptionError('ERR_BUNDLE', `${where}: expected an ONNX network, found ${found}`);
    }
    if (!model.graph) {
      throw new PerceptionError('ERR_BUNDLE', `${where}: expected an ONNX network, found no graph`);
    }
    if (needs !== undefined) liftOpset(model, needs.opset, { where, purpose: needs.purpose });
    return new NetworkGraph(model);
  }

  /** Declared type and shape of an input or output. */
  declared(name: string) {
    const graph = this.#model.graph!;
    return [...graph.input, ...graph.output].find((value) => value.name === name)?.type?.tensorType;
  }

  /**
   * Whether a node holds graphs of its own (AttributeProto.GRAPH, GRAPHS), as If, Loop and Scan do: which values are read
   * inside them is not known.
   */
  get hasBranches(): boolean {
    return this.nodes.some(({ attribute }) =>
      attribute.some(({ type }) => type === 5 || type === 10),
    );
  }

  /** A name that is not in use yet: `hint` itself if it is free. */
  fresh(hint: string): string {
    let name = hint;
    for (let i = 2; this.#names.has(name); i++) name = `${hint}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** Adds a constant and returns its name. */
  constant(hint: string, dims: readonly number[], data: OnnxData): string {
    const name = this.fresh(hint);
    this.constants.set(name, tensorProto(name, { dims: [...dims], data }));
    return name;
  }

  /** Makes a node; it joins the graph when it is put into `nodes`. */
  node(
    opType: string,
    input: string[],
    output: string[],
    attributes: Record<string, AttributeValue> = {},
  ): NodeProto {
    return create(NodeProtoSchema, {
      opType,
      input,
      output,
      name: `${opType}_${output[0]}`,
      attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
    });
  }

  /** For each value, the node that computes it. */
  producers(): Map<string, NodeProto> {
    return new Map(this.nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  }

  /** For each value, the nodes that read it. */
  consumers(): Map<string, NodeProto[]> {
    const readers = new Map<string, NodeProto[]>();
    for (const node of this.nodes) {
      for (const name of new Set(node.input)) {
        readers.set(name, [...(readers.get(name) ?? []), node]);
      }
    }
    return readers;
  }

  /** A constant's float32 values and dims, or undefined if `name` is not one. */
  floats(name: string | undefined): { dims: number[]; values: Float32Array } | undefined {
    const tensor = name === undefined ? undefined : this.constants.get(name);
    if (tensor?.dataType !== onnxDataTypes.float32) return undefined;
    const dims = tensor.dims.map(Number);
    // A copy: the bytes of a file may not be aligned to four, and a Buffer may share its memory.
    const values = new Float32Array(Uint8Array.from(tensor.rawData).buffer);
    return values.length === dims.reduce((a, b) => a * b, 1) ? { dims, values } : undefined;
  }

  /** A short constant's numbers, of any type: bounds, sizes, scales; undefined if it is not a constant, or too long. */
  numbers(name: string, longest: number): number[] | undefined {
    const tensor = this.constants.get(name);
    if (tensor === undefined) return undefined;
    const count = tensor.dims.reduce((product, size) => product * Number(size), 1);
    if (count > longest) return undefined;
    const bytes = Uint8Array.from(tensor.rawData).buffer;
    if (bytes.byteLength === 0) return undefined;
    if (tensor.dataType === onnxDataTypes.float32) return [...new Float32Array(bytes)];
    if (tensor.dataType === onnxDataTypes.int64)
      return Array.from(new BigInt64Array(bytes), Number);
    if (tensor.dataType === onnxDataTypes.int32) return [...new Int32Array(bytes)];
    return undefined;
  }

  /** Adds a float32 input to the network and returns its name. */
  addInput(hint: string, dims: readonly number[]): string {
    const name = this.fresh(hint);
    const dim = dims.map((size) => ({ value: { case: 'dimValue', value: BigInt(size) } as const }));
    const tensorType = { elemType: onnxDataTypes.float32, shape: { dim } };
    this.#model.graph!.input.push(create(ValueInfoProtoSchema, { name, type: { tensorType } }));
    return name;
  }

  /** Adds values to the network's outputs; their types and shapes are left to the loader. */
  expose(names: readonly string[]): void {
    const known = new Set(this.outputs);
    const added = names.filter((name) => !known.has(name));
    this.#model.graph!.output.push(...added.map((name) => create(ValueInfoProtoSchema, { name })));
  }

  /**
   * Makes these float32 values the network's only outputs and removes nodes that lead to none of them. Beside conditions and
   * loops all nodes stay: what is read inside those is not known.
   */
  leave(outputs: readonly { name: string; dims: readonly (number | undefined)[] }[]): void {
    this.#model.graph!.output = outputs.map(({ name, dims }) => {
      const dim = dims.map((size) =>
        size === undefined ? {} : { value: { case: 'dimValue', value: BigInt(size) } as const },
      );
      const tensorType = { elemType: onnxDataTypes.float32, shape: { dim } };
      return create(ValueInfoProtoSchema, { name, type: { tensorType } });
    });
    this.outputs = outputs.map(({ name }) => name);
    if (this.hasBranches) return;
    const needed = new Set(this.outputs);
    const kept = this.nodes.toReversed().filter(({ input, output }) => {
      if (!output.some((name) => needed.has(name))) return false;
      for (const name of input) needed.add(name);
      return true;
    });
    this.nodes = kept.reverse();
  }

  /**
   * The model file's bytes, without constants that no node reads. `producer` and metadata are kept, and all constants of a
   * network with conditions or loops, which may read them inside.
   */
  toBytes(): Uint8Array {
    const graph = this.#model.graph!;
    const read = new Set(this.nodes.flatMap((node) => node.input));
    graph.node = this.nodes;
    for (const { name } of graph.output) read.add(name);
    const constants = [...this.constants.values()];
    graph.initializer = this.hasBranches
      ? constants
      : constants.filter(({ name }) => read.has(name));
    return toBinary(ModelProtoSchema, this.#model);
  }
}

/** A node's attribute that is a list of integers; undefined if it is missing or empty. */
export function intsOf(node: NodeProto, name: string): number[] | undefined {
  const attribute = node.attribute.find((entry) => entry.name === name);
  return attribute && attribute.ints.length > 0 ? attribute.ints.map(Number) : undefined;
}

/** A node's integer attribute, or its default. */
export function intOf(node: NodeProto, name: string, otherwise: number): number {
  const attribute = node.attribute.find((entry) => entry.name === name);
  return attribute ? Number(attribute.i) : otherwise;
}
