import { NativeSession } from '../../src/inference/native-session.js';
import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { type AttributeValue, OnnxGraph } from '../../src/onnx/onnx-graph.js';
import { floatOf, textOf } from './attributes.js';
import { type BackwardBuilder, type BackwardRule, single } from './backward-builder.js';

/**
 * Resizing is a matrix along each axis. It is found by resizing the identity with the node's own attributes, so that every
 * mode and every coordinate rule is the runtime's own.
 */
export const resizeRule: BackwardRule = single((b, node, gradient) => {
  const [input, , , sizes] = node.input as [string, string, string, string?];
  b.send(input, () => {
    const [inShape, outShape] = [b.shapeOf(input), b.shapeOf(node.output[0]!)];
    const isOfPlanes =
      inShape.length === 4 && inShape.slice(0, 2).every((size, axis) => size === outShape[axis]);
    if (!isOfPlanes) throw b.unknown(node, ' of other axes than rows and columns');
    const scales = sizes ? undefined : b.numbersOf(node, 2);
    const along = (axis: 2 | 3) =>
      enlargement(b, node, inShape[axis]!, outShape[axis]!, scales?.[axis]);
    const [rows, columns] = [along(2), along(3)];
    const turnedRows = turned(rows, inShape[2]!, outShape[2]!);
    const left = b.constant('rows', [inShape[2]!, outShape[2]!], turnedRows);
    const right = b.constant('columns', [outShape[3]!, inShape[3]!], columns);
    return b.op('MatMul', [b.op('MatMul', [left, gradient]), right]);
  });
});

/** The matrix [out, in] of one axis. */
function enlargement(
  b: BackwardBuilder,
  node: NodeProto,
  inSize: number,
  outSize: number,
  scale: number | undefined,
): Float32Array {
  const graph = new OnnxGraph('enlargement');
  graph.input('identity', [1, 1, inSize, inSize]);
  const attributes: Record<string, AttributeValue> = {
    mode: textOf(node, 'mode', 'nearest'),
    coordinate_transformation_mode: textOf(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest_mode: textOf(node, 'nearest_mode', 'round_prefer_floor'),
    cubic_coeff_a: { float: floatOf(node, 'cubic_coeff_a', -0.75) },
  };
  const sizes =
    scale === undefined
      ? ['', '', graph.ints('sizes', [1, 1, outSize, inSize])]
      : ['', graph.constant('scales', [4], Float32Array.of(1, 1, scale, 1))];
  graph.node('Resize', ['identity', ...sizes], attributes, 'matrix');
  graph.output('matrix', [1, 1, outSize, inSize]);
  const session = NativeSession.load(graph.toBytes(), b.where);
  try {
    const data = new Float32Array(inSize * inSize);
    for (let i = 0; i < inSize; i++) data[i * inSize + i] = 1;
    const feed = { identity: { type: 'float32' as const, dims: [1, 1, inSize, inSize], data } };
    return session.answer(feed, ['matrix'])['matrix']!.data as Float32Array;
  } finally {
    session.release();
  }
}

function turned(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: matrix.length },
    (_, i) => matrix[(i % columns) * rows + Math.floor(i / columns)]!,
  );
}
