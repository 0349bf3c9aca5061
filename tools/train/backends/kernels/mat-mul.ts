import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import { tf } from '../../../layers-to-onnx/tf.js';
import { activationNodes } from './activation.js';
import { sizeOf } from './heap-backend.js';
import type { HeapKernel, KernelCall, KernelResult } from './heap-kernel.js';

/** Matrix product of the last two axes, the axes before them broadcast. */
export const batchMatMul: HeapKernel = {
  name: 'BatchMatMul',
  compute: (call) => multiply(call, undefined),
};

/** activation(a b + bias): what dense layers call. */
export const fusedMatMul: HeapKernel = {
  name: '_FusedMatMul',
  compute(call) {
    const { bias, preluActivationWeights } = call.inputs;
    const hasPlainBias = bias === undefined || bias.shape.length === 1;
    if (!hasPlainBias || preluActivationWeights !== undefined) return undefined;
    return multiply(call, bias);
  },
};

function multiply(call: KernelCall, bias: tf.TensorInfo | undefined): KernelResult {
  const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const activate = activationNodes(call.attrs['activation']);
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || activate === undefined) return undefined;
  const transA = call.attrs['transposeA'] === true;
  const transB = call.attrs['transposeB'] === true;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const outer = tf.backend_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  const rows = transA ? columnsA : rowsA;
  const columns = transB ? rowsB : columnsB;
  const shape = [...outer, rows, columns];
  const isSingle = sizeOf(outer) === 1;

  const operands = isSingle
    ? [
        { tensor: a, dims: [rowsA, columnsA] },
        { tensor: b, dims: [rowsB, columnsB] },
      ]
    : [{ tensor: a }, { tensor: b }];
  const result = { shape, dims: isSingle ? [rows, columns] : shape };
  return call.graphs.run(
    call.backend,
    'MatMul',
    [transA, transB, call.attrs['activation'] ?? 'linear'],
    bias === undefined ? operands : [...operands, { tensor: bias }],
    [result],
    (graph, left, right, ...addend) => {
      const product = isSingle
        ? graph.node('Gemm', [left!, right!, ...addend], { transA: +transA, transB: +transB })
        : batchedNodes(
            graph,
            [left!, a.shape.length, transA],
            [right!, b.shape.length, transB],
            addend,
          );
      return [activate(graph, product)];
    },
  )[0];
}

type Factor = [name: string, rank: number, isTransposed: boolean];

function batchedNodes(graph: OnnxGraph, left: Factor, right: Factor, addend: string[]): string {
  const [a, b] = [left, right].map(([name, rank, isTransposed]) => {
    if (!isTransposed) return name;
    const outerAxes = Array.from({ length: rank - 2 }, (_, axis) => axis);
    return graph.node('Transpose', [name], { perm: [...outerAxes, rank - 1, rank - 2] });
  });
  const product = graph.node('MatMul', [a!, b!]);
  return addend.length === 0 ? product : graph.node('Add', [product, addend[0]!]);
}
