import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { floatOf } from './attributes.js';
import { type BackwardBuilder, type BackwardRule, single } from './backward-builder.js';

/** dy/dx as a value of the graph, from a node's input x and output y. */
type Slope = (b: BackwardBuilder, x: string, y: string, node: NodeProto) => string;

const by = (slope: Slope): BackwardRule =>
  single((builder, node, gradient) => {
    const [input] = node.input as [string];
    builder.send(input, () =>
      builder.op('Mul', [gradient, slope(builder, input, node.output[0]!, node)]),
    );
  });

const one = (b: BackwardBuilder) => b.scalar(1);
const isAbove0 = (b: BackwardBuilder, x: string) => b.op('Greater', [x, b.scalar(0)]);
const square = (b: BackwardBuilder, x: string) => b.op('Mul', [x, x]);

/** 1 for values of x between the bounds, else 0. */
function inside(b: BackwardBuilder, x: string, low: string | undefined, high: string | undefined) {
  const checks = [
    ...(low ? [b.op('Greater', [x, low])] : []),
    ...(high ? [b.op('Less', [x, high])] : []),
  ];
  if (checks.length === 0) return one(b);
  const isInside = checks.reduce((both, check) => b.op('And', [both, check]));
  return b.op('Cast', [isInside], { to: 1 });
}

const hardSigmoid = (b: BackwardBuilder, x: string, alpha: number, beta: number) =>
  b.op('HardSigmoid', [x], { alpha: { float: alpha }, beta: { float: beta } });

/** Derivatives of element-wise operators. */
export const pointwiseRules: Readonly<Record<string, BackwardRule>> = {
  // 0 where the output is 0, else 1: one pass, while comparing and choosing are two.
  Relu: by((b, _x, y) => hardSigmoid(b, y, 1e30, 0)),
  LeakyRelu: by((b, x, _y, node) =>
    b.op('Where', [isAbove0(b, x), one(b), b.scalar(floatOf(node, 'alpha', 0.01))]),
  ),
  PRelu: by((b, x, _y, node) => b.op('Where', [isAbove0(b, x), one(b), node.input[1]!])),
  // Below 0, y = alpha (e^x - 1) and dy/dx = y + alpha.
  Elu: by((b, x, y, node) =>
    b.op('Where', [isAbove0(b, x), one(b), b.op('Add', [y, b.scalar(floatOf(node, 'alpha', 1))])]),
  ),
  Clip: by((b, x, _y, node) => inside(b, x, node.input[1], node.input[2])),
  HardSigmoid: by((b, x, _y, node) => {
    const alpha = floatOf(node, 'alpha', 0.2);
    const beta = floatOf(node, 'beta', 0.5);
    const within = inside(b, x, b.scalar(-beta / alpha), b.scalar((1 - beta) / alpha));
    return b.op('Mul', [within, b.scalar(alpha)]);
  }),
  // y = x h(x), h a hard sigmoid of slope 1/6 between -3 and 3.
  HardSwish: by((b, x) => {
    const within = inside(b, x, b.scalar(-3), b.scalar(3));
    const slope = b.op('Mul', [b.op('Mul', [x, b.scalar(1 / 6)]), within]);
    return b.op('Add', [hardSigmoid(b, x, 1 / 6, 0.5), slope]);
  }),
  Sigmoid: by((b, _x, y) => b.op('Mul', [y, b.op('Sub', [one(b), y])])),
  Tanh: by((b, _x, y) => b.op('Sub', [one(b), square(b, y)])),
  Softplus: by((b, x) => b.op('Sigmoid', [x])),
  Exp: by((_b, _x, y) => y),
  Log: by((b, x) => b.op('Reciprocal', [x])),
  Sqrt: by((b, _x, y) => b.op('Div', [b.scalar(0.5), y])),
  Reciprocal: by((b, _x, y) => b.op('Neg', [square(b, y)])),
  Abs: by((b, x) => b.op('Sign', [x])),
  Neg: by((b) => b.scalar(-1)),
  Erf: by((b, x) =>
    b.op('Mul', [b.op('Exp', [b.op('Neg', [square(b, x)])]), b.scalar(2 / Math.sqrt(Math.PI))]),
  ),
  // Only constant exponents.
  Pow: by((b, x, _y, node) => {
    if (b.needs(node.input[1])) throw b.unknown(node, ' with a power that depends on the input');
    const power = node.input[1]!;
    return b.op('Mul', [power, b.op('Pow', [x, b.op('Sub', [power, one(b)])])]);
  }),
  Identity: single((b, node, gradient) => b.send(node.input[0], () => gradient)),
  Dropout: single((b, node, gradient) => b.send(node.input[0], () => gradient)),
  Cast: single((b, node, gradient) => b.send(node.input[0], () => gradient)),
  Add: single(sum),
  Sum: single(sum),
  Sub: single((b, node, gradient) => {
    const [first, second] = node.input as [string, string];
    const shape = b.shapeOf(node.output[0]!);
    b.send(first, () => b.unbroadcast(gradient, shape, first));
    b.send(second, () => b.unbroadcast(b.op('Neg', [gradient]), shape, second));
  }),
  Mul: single((b, node, gradient) => {
    const [first, second] = node.input as [string, string];
    const shape = b.shapeOf(node.output[0]!);
    b.send(first, () => b.unbroadcast(b.op('Mul', [gradient, second]), shape, first));
    b.send(second, () => b.unbroadcast(b.op('Mul', [gradient, first]), shape, second));
  }),
  Div: single((b, node, gradient) => {
    const [first, second] = node.input as [string, string];
    const shape = b.shapeOf(node.output[0]!);
    b.send(first, () => b.unbroadcast(b.op('Div', [gradient, second]), shape, first));
    b.send(second, () => {
      const share = b.op('Div', [b.op('Mul', [gradient, node.output[0]!]), second]);
      return b.unbroadcast(b.op('Neg', [share]), shape, second);
    });
  }),
};

function sum(b: BackwardBuilder, node: NodeProto, gradient: string): void {
  const shape = b.shapeOf(node.output[0]!);
  for (const name of node.input) b.send(name, () => b.unbroadcast(gradient, shape, name));
}
