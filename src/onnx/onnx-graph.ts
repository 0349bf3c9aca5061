import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './gen/onnx_pb.js';

/** Typed arrays of ONNX tensors; float16 is a Uint16Array of its bits. */
export type OnnxData =
  | Float32Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Uint16Array;
export type OnnxDtype = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'float16';
/** An integer, a string, a list of integers, a float, a list of floats or a tensor; `float` marks floats. */
export type AttributeValue =
  | number
  | string
  | number[]
  | { float: number }
  | { floats: number[] }
  | OnnxTensor;
export interface OnnxTensor {
  dims: number[];
  data: OnnxData;
}

/** Numbers of TensorProto.DataType in the public specification. */
export const onnxDataTypes: Readonly<Record<OnnxDtype, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
};
const opsetVersion = 17n;
const irVersion = 8n;
const imageAxes = ['DATA_BATCH', 'DATA_CHANNEL', 'DATA_FEATURE', 'DATA_FEATURE'];

function dtypeOf(data: OnnxData): OnnxDtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Uint16Array) return 'float16';
  return data instanceof Int8Array ? 'int8' : 'uint8';
}

/**
 * Builds one ONNX graph, node by node, in the order in which it runs. Values are named by strings; `node`
 * returns the name of its first output so that calls nest like expressions.
 */
export class OnnxGraph {
  readonly #graph: GraphProto;
  readonly #prefix: string;
  #count = 0;

  /** `prefix` precedes every name that the graph makes up, so that it can be joined with another graph. */
  constructor(name: string, prefix = '') {
    this.#graph = create(GraphProtoSchema, { name });
    this.#prefix = prefix;
  }

  /** The graph built so far. */
  get proto(): GraphProto {
    return this.#graph;
  }

  /** A name that no value of this graph has yet. */
  fresh(hint: string): string {
    this.#count += 1;
    return `${this.#prefix}${hint}_${this.#count}`;
  }

  /** Declares a graph input; a string dimension is symbolic. Returns its name. */
  input(name: string, shape: (number | string)[], dtype: OnnxDtype = 'float32'): string {
    this.#graph.input.push(valueInfo(name, shape, dtype));
    return name;
  }

  /**
   * Marks the declared input `name` as a picture of [batch, channels, rows, columns], to which ONNX's image properties then
   * refer (its documents MetadataProps, TypeDenotation and DimensionDenotation).
   */
  denoteImage(name: string): void {
    const { type } = this.#graph.input.find((input) => input.name === name)!;
    type!.denotation = 'IMAGE';
    const dims = type!.tensorType!.shape!.dim;
    for (const [axis, denotation] of imageAxes.entries()) dims[axis]!.denotation = denotation;
  }

  /** Declares a value as a graph output. */
  output(name: string, shape: (number | string)[], dtype: OnnxDtype = 'float32'): void {
    this.#graph.output.push(valueInfo(name, shape, dtype));
  }

  /** Adds a constant, data in row-major order. Returns its name. */
  constant(hint: string, dims: number[], data: OnnxData, exactName = false): string {
    const name = exactName ? hint : this.fresh(hint);
    this.#graph.initializer.push(tensorProto(name, { dims, data }));
    return name;
  }

  /** Adds an int64 constant of one dimension (shapes, axes, slice bounds) and returns its name. */
  ints(hint: string, values: number[]): string {
    return this.constant(hint, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds a float32 scalar constant and returns its name. */
  scalar(hint: string, value: number): string {
    return this.constant(hint, [], Float32Array.of(value));
  }

  /** Adds a node with one output and returns that output's name. */
  node(
    opType: string,
    inputs: string[],
    attributes: Record<string, AttributeValue> = {},
    outputName?: string,
  ): string {
    return this.nodes(opType, inputs, 1, attributes, outputName ? [outputName] : undefined)[0]!;
  }

  /** Adds a node with several outputs and returns their names. */
  nodes(
    opType: string,
    inputs: string[],
    outputCount: number,
    attributes: Record<string, AttributeValue> = {},
    outputNames?: string[],
  ): string[] {
    const outputs =
      outputNames ?? Array.from({ length: outputCount }, () => this.fresh(opType.toLowerCase()));
    this.#graph.node.push(
      create(NodeProtoSchema, {
        input: inputs,
        output: outputs,
        name: `${opType}_${outputs[0]}`,
        opType,
        attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
      }),
    );
    return outputs;
  }

  /** The model file's bytes. `properties` become the model's metadata. */
  toBytes(properties: Record<string, string> = {}): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion,
      producerName: 'windshield',
      producerVersion: '1',
      opsetImport: [{ domain: '', version: opsetVersion }],
      graph: this.#graph,
      metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
    });
    return toBinary(ModelProtoSchema, model);
  }
}

function valueInfo(name: string, shape: (number | string)[], dtype: OnnxDtype): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'string'
        ? ({ case: 'dimParam', value: size } as const)
        : ({ case: 'dimValue', value: BigInt(size) } as const),
  }));
  const tensorType = { elemType: onnxDataTypes[dtype], shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { tensorType } });
}

/** A constant as the specification stores it: row-major, little endian. */
export function tensorProto(name: string, tensor: OnnxTensor): TensorProto {
  const { dims, data } = tensor;
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: onnxDataTypes[dtypeOf(data)],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}

/** An attribute of a node; the value's type decides the attribute's. */
export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: 2, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: 3, s: new TextEncoder().encode(value) });
  }
  if (Array.isArray(value)) {
    return create(AttributeProtoSchema, { name, type: 7, ints: value.map(BigInt) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: 1, f: value.float });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: 6, floats: value.floats });
  return create(AttributeProtoSchema, { name, type: 4, t: tensorProto('', value) });
}
