import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf, intsOf } from '../../src/onnx/network-graph.js';
import { type Window, windowOf } from './attributes.js';
import { type BackwardBuilder, type BackwardRule, single } from './backward-builder.js';

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

function slides(b: BackwardBuilder, node: NodeProto): Window {
  const kernel = intsOf(node, 'kernel_shape') ?? [];
  const [inSizes, outSizes] = [node.input[0]!, node.output[0]!].map((n) => b.shapeOf(n).slice(2));
  return windowOf(node, kernel, inSizes!, outSizes!);
}

/** Each gradient goes to the place of its maximum; if windows overlap the parts are added up. */
const maxPool: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  if (intOf(node, 'storage_order', 0) !== 0) throw b.unknown(node, ' in column order');
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const indices = node.output[1] || b.graph.fresh(`${node.output[0]}/indices`);
    node.output[1] = indices;
    const { kernel_shape, strides, dilations, pads } = slides(b, node);
    const isApart = kernel_shape.every(
      (size, axis) => size <= strides[axis]! && dilations[axis] === 1,
    );
    if (isApart)
      return b.op('MaxUnpool', [gradient, indices, b.ints(shape)], { kernel_shape, strides, pads });
    const flat = b.ints([-1]);
    const zeros = b.op('ConstantOfShape', [b.ints([product(shape)])]);
    const scattered = b.op(
      'ScatterElements',
      [zeros, b.op('Reshape', [indices, flat]), b.op('Reshape', [gradient, flat])],
      { axis: 0, reduction: 'add' },
    );
    return b.op('Reshape', [scattered, b.ints(shape)]);
  });
});

/** Each gradient is shared by the pixels of its window. */
const averagePool: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const outShape = b.shapeOf(node.output[0]!);
    const [inSizes, outSizes] = [shape.slice(2), outShape.slice(2)];
    const { kernel_shape, strides, pads } = slides(b, node);
    const countsPadding = intOf(node, 'count_include_pad', 0) === 1;
    const inside = (position: number, axis: number): number => {
      if (countsPadding) return kernel_shape[axis]!;
      const start = position * strides[axis]! - pads[axis]!;
      return Math.min(start + kernel_shape[axis]!, inSizes[axis]!) - Math.max(start, 0);
    };
    const shares = new Float32Array(product(outSizes));
    for (let i = 0; i < shares.length; i++) {
      let rest = i;
      let count = 1;
      for (let axis = outSizes.length - 1; axis >= 0; axis--) {
        count *= inside(rest % outSizes[axis]!, axis);
        rest = Math.floor(rest / outSizes[axis]!);
      }
      shares[i] = 1 / count;
    }
    const shared = b.op('Mul', [gradient, b.constant('shares', [1, 1, ...outSizes], shares)]);
    // One plane at a time: the window is the same for every channel.
    const planes = b.op('Reshape', [shared, b.ints([shape[0]! * shape[1]!, 1, ...outSizes])]);
    const ones = new Float32Array(product(kernel_shape)).fill(1);
    const rank = inSizes.length;
    const reach = (axis: number) => (outSizes[axis]! - 1) * strides[axis]! + kernel_shape[axis]!;
    const over = inSizes.map((size, axis) => size + pads[axis]! + pads[axis + rank]! - reach(axis));
    const spread = b.op(
      'ConvTranspose',
      [planes, b.constant('window', [1, 1, ...kernel_shape], ones)],
      {
        kernel_shape,
        strides,
        // A last window that extends over the edge (ceil_mode) is cut off.
        pads: pads.map((pad, i) => (i < rank ? pad : pad - Math.min(0, over[i - rank]!))),
        output_padding: over.map((size) => Math.max(0, size)),
      },
    );
    return b.op('Reshape', [spread, b.ints(shape)]);
  });
});

/** Derivatives of pooling. */
export const poolingRules: Readonly<Record<string, BackwardRule>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
};
