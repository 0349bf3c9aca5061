import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf } from '../../src/onnx/network-graph.js';
import { floatOf } from './attributes.js';
import { type BackwardBuilder, type BackwardRule, single } from './backward-builder.js';

/** Swaps the last two axes. */
function turned(b: BackwardBuilder, name: string): string {
  const rank = b.shapeOf(name).length;
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  [perm[rank - 1], perm[rank - 2]] = [rank - 2, rank - 1];
  return b.op('Transpose', [name], { perm });
}

const matMul: BackwardRule = single((b, node, gradient) => {
  const [first, second] = node.input as [string, string];
  const [firstShape, secondShape] = [b.shapeOf(first), b.shapeOf(second)];
  if (firstShape.length < 2 || secondShape.length < 2) throw b.unknown(node, ' of a vector');
  const batch = b.shapeOf(node.output[0]!).slice(0, -2);
  const shape = ([rows, columns]: readonly number[]) => [...batch, rows!, columns!];
  b.send(first, () =>
    b.unbroadcast(
      b.op('MatMul', [gradient, turned(b, second)]),
      shape(firstShape.slice(-2)),
      first,
    ),
  );
  b.send(second, () =>
    b.unbroadcast(
      b.op('MatMul', [turned(b, first), gradient]),
      shape(secondShape.slice(-2)),
      second,
    ),
  );
});

/** y = alpha A' B' + beta C, where ' may mean transposed. */
const gemm: BackwardRule = single((b, node, gradient) => {
  const [first, second, third] = node.input as [string, string, string | undefined];
  const [transA, transB] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0)];
  const alpha = { alpha: { float: floatOf(node, 'alpha', 1) } };
  b.send(first, () =>
    transA === 0
      ? b.op('Gemm', [gradient, second], { ...alpha, transA: 0, transB: 1 - transB })
      : b.op('Gemm', [second, gradient], { ...alpha, transA: transB, transB: 1 }),
  );
  b.send(second, () =>
    transB === 0
      ? b.op('Gemm', [first, gradient], { ...alpha, transA: 1 - transA, transB: 0 })
      : b.op('Gemm', [gradient, first], { ...alpha, transA: 1, transB: transA }),
  );
  b.send(third, () => {
    const scaled = b.op('Mul', [gradient, b.scalar(floatOf(node, 'beta', 1))]);
    return b.unbroadcast(scaled, b.shapeOf(node.output[0]!), third!);
  });
});

/** The axes that a reduction sums over: from an attribute, or from the second input if there is one. */
function axesOf(b: BackwardBuilder, node: NodeProto, rank: number): number[] {
  const attribute = node.attribute.find(({ name }) => name === 'axes')?.ints.map(Number);
  const axes = attribute ?? b.numbersOf(node, 1);
  if (axes === undefined || axes.length === 0) return Array.from({ length: rank }, (_, i) => i);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Each summed value gets the same share of the gradient. */
const spread = (isMean: boolean, axesAre?: (rank: number) => number[]): BackwardRule =>
  single((b, node, gradient) => {
    const [input] = node.input as [string];
    b.send(input, () => {
      const shape = b.shapeOf(input);
      const axes = axesAre?.(shape.length) ?? axesOf(b, node, shape.length);
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const count = axes.reduce((product, axis) => product * shape[axis]!, 1);
      const share = isMean ? b.op('Mul', [gradient, b.scalar(1 / count)]) : gradient;
      return b.op('Expand', [b.op('Reshape', [share, b.ints(kept)]), b.ints(shape)]);
    });
  });

const softmax: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  const [output] = node.output as [string];
  const axis = intOf(node, 'axis', -1);
  b.send(input, () => {
    const weighted = b.op('Mul', [gradient, output]);
    const total = b.op('ReduceSum', [weighted, b.ints([axis])], { keepdims: 1 });
    return b.op('Mul', [output, b.op('Sub', [gradient, total])]);
  });
});

const logSoftmax: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => {
    const total = b.op('ReduceSum', [gradient, b.ints([intOf(node, 'axis', -1)])], { keepdims: 1 });
    const share = b.op('Mul', [b.op('Exp', [node.output[0]!]), total]);
    return b.op('Sub', [gradient, share]);
  });
});

/** Normalisation by running statistics: a factor for each channel. */
const batchNormalization: BackwardRule = single((b, node, gradient) => {
  const [input, scale, , , variance] = node.input as [string, string, string, string, string];
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const deviation = b.op('Sqrt', [
      b.op('Add', [variance, b.scalar(floatOf(node, 'epsilon', 1e-5))]),
    ]);
    const factor = b.op('Div', [scale, deviation]);
    const wide = shape.map((_, axis) => (axis === 1 ? shape[1]! : 1));
    return b.op('Mul', [gradient, b.op('Reshape', [factor, b.ints(wide)])]);
  });
});

/** Derivatives of products and sums. */
export const matrixRules: Readonly<Record<string, BackwardRule>> = {
  MatMul: matMul,
  Gemm: gemm,
  ReduceMean: spread(true),
  ReduceSum: spread(false),
  GlobalAveragePool: spread(true, (rank) => Array.from({ length: rank - 2 }, (_, i) => i + 2)),
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  BatchNormalization: batchNormalization,
};
