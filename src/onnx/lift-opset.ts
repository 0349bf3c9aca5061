import { create } from '@bufbuild/protobuf';
import { PerceptionError } from '../frame/perception-error.js';
import {
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from './gen/onnx_pb.js';
import { attributeProto, tensorProto } from './onnx-graph.js';

/** The newest opset whose changes this file knows. */
const knownUpTo = 17;

/**
 * Operators that mean the same in every opset from 9 to 17. Operators that are neither here nor in `changes` are not
 * lifted. Taken from the operators' change log in the public specification (onnx/onnx, docs/Changelog.md): versions that
 * add types, or attributes with a default, change nothing for an older node.
 */
const unchanged: ReadonlySet<string> = new Set(
  (
    'Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BitShift Cast Ceil Concat Constant ' +
    'ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Div Elu Equal Erf Exp Expand ' +
    'EyeLike Flatten Floor GRU Gather GatherElements GatherND Gemm GlobalAveragePool HardSigmoid GlobalMaxPool Greater GreaterOrEqual ' +
    'Identity InstanceNormalization IsInf IsNaN LRN LSTM LeakyRelu Less LessOrEqual Log MatMul MatMulInteger Max MaxPool ' +
    'Mean Min Mod Mul Neg NonMaxSuppression NonZero Not OneHot Or PRelu Pow QLinearConv QLinearMatMul QuantizeLinear ' +
    'Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ' +
    'ReduceSumSquare Relu Reshape Round ScatterElements ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Softplus Softsign ' +
    'SpaceToDepth Sqrt Sub Sum Tan Tanh ThresholdedRelu Tile TopK Transpose Where Xor'
  ).split(' '),
);

/** Makes the constants and names that a changed node needs. */
interface Maker {
  /** Adds an int64 constant and returns its name. */
  ints(values: readonly bigint[]): string;
  /** A name that is not in use yet. */
  fresh(): string;
}

/** A change of an operator's form. */
interface Change {
  /** The first opset of the newer form. */
  since: number;
  /** Returns nodes of the newer form with the same meaning, or undefined if there are none. */
  lift(node: NodeProto, make: Maker): NodeProto[] | undefined;
}

const attributeOf = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((each) => each.name === name);

const without = (node: NodeProto, name: string): NodeProto[] => {
  node.attribute = node.attribute.filter((each) => each.name !== name);
  return [node];
};

/** An attribute with a list of integers became the second input. */
const becameInput =
  (name: string): Change['lift'] =>
  (node, make) => {
    const list = attributeOf(node, name);
    if (list !== undefined) node.input[1] = make.ints(list.ints);
    return without(node, name);
  };

const never: Change['lift'] = () => undefined;

/** The operator used to treat all axes from `axis` on as one, now only that axis: flattens those axes and reshapes back. */
const overOneAxis: Change['lift'] = (node, make) => {
  const [shape, flat, answer] = [make.fresh(), make.fresh(), make.fresh()];
  const axis = Number(attributeOf(node, 'axis')?.i ?? 1n);
  const [input] = node.input as [string];
  const [output] = node.output as [string];
  const made = (opType: string, inputs: string[], to: string, axisIs?: number) =>
    create(NodeProtoSchema, {
      opType,
      name: `${node.name || output}/${opType}`,
      input: inputs,
      output: [to],
      attribute: axisIs === undefined ? [] : [attributeProto('axis', axisIs)],
    });
  return [
    made('Shape', [input], shape),
    made('Flatten', [input], flat, axis),
    made(node.opType, [flat], answer, -1),
    made('Reshape', [answer, shape], output),
  ];
};

const changes: Readonly<Record<string, readonly Change[]>> = {
  Squeeze: [{ since: 13, lift: becameInput('axes') }],
  Unsqueeze: [{ since: 13, lift: becameInput('axes') }],
  ReduceSum: [{ since: 13, lift: becameInput('axes') }],
  Split: [{ since: 13, lift: becameInput('split') }],
  Softmax: [{ since: 13, lift: overOneAxis }],
  LogSoftmax: [{ since: 13, lift: overOneAxis }],
  Hardmax: [{ since: 13, lift: overOneAxis }],
  // The ratio only matters in training.
  Dropout: [
    { since: 12, lift: (node) => (node.output.length === 1 ? without(node, 'ratio') : undefined) },
  ],
  // Opset 14 redefines running statistics for training; inference has not changed since 9.
  BatchNormalization: [
    { since: 14, lift: (node) => (node.output.length === 1 ? [node] : undefined) },
  ],
  Resize: [
    { since: 11, lift: never },
    {
      since: 13,
      lift: (node) => {
        const mode = attributeOf(node, 'coordinate_transformation_mode')?.s;
        const isGone =
          mode !== undefined && new TextDecoder().decode(mode) === 'tf_half_pixel_for_nn';
        return isGone ? undefined : [node];
      },
    },
  ],
  Slice: [{ since: 10, lift: never }],
  Upsample: [{ since: 10, lift: never }],
  Clip: [{ since: 11, lift: never }],
  Pad: [{ since: 11, lift: never }],
};

/** The opset of ONNX's own operators that a network is written in. */
export function opsetOf(model: ModelProto): number {
  const own = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return Number(own?.version ?? 1);
}

/**
 * Lifts a network to the opset that an addition to it needs, if every node has an exact equal there; a network that has
 * this opset or a newer one is unchanged. `purpose` says in the error what needs it.
 * Throws ERR_BUNDLE with the opsets and the first operator that prevents it.
 */
export function liftOpset(
  model: ModelProto,
  needed: number,
  { where, purpose }: { where: string; purpose: string },
): void {
  const found = opsetOf(model);
  const { graph } = model;
  if (found >= needed || graph === undefined) return;
  const refused = (why: string) =>
    new PerceptionError(
      'ERR_BUNDLE',
      `${where}: ${purpose} needs opset ${needed}, found ${found}, which cannot be lifted: ${why}; export the network again with opset ${needed} or later`,
    );
  if (needed > knownUpTo || found < 9) throw refused('it is too far from it');
  let count = 0;
  const fresh = () => `windshield/lifted_${count++}`;
  const make: Maker = {
    fresh,
    ints(values) {
      const name = fresh();
      const data = BigInt64Array.from(values);
      graph.initializer.push(tensorProto(name, { dims: [values.length], data }));
      return name;
    },
  };
  graph.node = graph.node.flatMap((node) => {
    if (node.domain !== '' && node.domain !== 'ai.onnx') return [node];
    const own = Object.hasOwn(changes, node.opType) ? changes[node.opType] : undefined;
    if (own === undefined && !unchanged.has(node.opType))
      throw refused(`nothing is known of its operator ${node.opType}`);
    let nodes = [node];
    for (const { since, lift } of own ?? []) {
      if (since <= found || since > needed) continue;
      const lifted = nodes.map((each) => (each.opType === node.opType ? lift(each, make) : [each]));
      if (lifted.includes(undefined))
        throw refused(`${node.opType} "${node.name}" has no equal there`);
      nodes = lifted.flatMap((each) => each!);
    }
    return nodes;
  });
  model.opsetImport = model.opsetImport.filter(
    ({ domain }) => domain !== '' && domain !== 'ai.onnx',
  );
  model.opsetImport.unshift(create(OperatorSetIdProtoSchema, { version: BigInt(needed) }));
}
