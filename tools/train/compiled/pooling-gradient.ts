import { windowAttributes } from '../../layers-to-onnx/emit-layer.js';
import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import { channelsFirst } from '../../layers-to-onnx/tensor-layout.js';
import type { GradientRule } from './gradient-rule.js';
import type { TrainingGraph } from './training-graph.js';

const product = (sizes: number[]): number => sizes.reduce((total, size) => total * size, 1);
const indicesName = (node: LayerNode): string => `${node.name}:indices`;

/** Max pooling that also keeps the place of each maximum: flat indices into the input. */
export function poolWithIndices(training: TrainingGraph, node: LayerNode, input: string): string {
  const { dilations: _, ...attributes } = windowAttributes(node);
  const [pooled] = training.forward.nodes('MaxPool', [input], 2, attributes, [
    training.forward.fresh('pooled'),
    indicesName(node),
  ]);
  return pooled!;
}

/**
 * Each gradient goes to the place of its maximum. If windows may overlap, the parts are added up; else MaxUnpool
 * writes them, which takes a quarter of the time.
 */
export const maxPoolingGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const outputShape = [training.batch, ...channelsFirst(node.outputShape)];
  const inputShape = [training.batch, ...channelsFirst(node.inputShapes[0]!)];
  const indices = training.save(indicesName(node), outputShape, 'int64');
  const { kernel_shape, strides, pads } = windowAttributes(node);
  if (kernel_shape.every((size, axis) => size <= strides[axis]!)) {
    const shape = graph.ints('shape', inputShape);
    const attributes = { kernel_shape, strides, pads };
    const placed = graph.node('MaxUnpool', [gradient, indices, shape], attributes);
    training.addGradient(input!.name, placed);
    return;
  }
  const flat = graph.ints('flat', [-1]);
  const zeros = graph.node('ConstantOfShape', [graph.ints('size', [product(inputShape)])]);
  const scattered = graph.node(
    'ScatterElements',
    [zeros, graph.node('Reshape', [indices, flat]), graph.node('Reshape', [gradient, flat])],
    { axis: 0, reduction: 'add' },
  );
  training.addGradient(
    input!.name,
    graph.node('Reshape', [scattered, graph.ints('shape', inputShape)]),
  );
};

/** Each gradient is shared by the pixels of its window that are inside the map, as TensorFlow counts them. */
export const averagePoolingGradient: GradientRule = (
  training,
  node,
  [input],
  _output,
  gradient,
) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const window = windowAttributes(node);
  const [channels, rows, columns] = channelsFirst(node.inputShapes[0]!) as [number, number, number];
  const [, outRows, outColumns] = channelsFirst(node.outputShape) as [number, number, number];
  const share = new Float32Array(outRows * outColumns);
  const inside = (position: number, axis: 0 | 1, size: number): number => {
    const start = position * window.strides[axis] - window.pads[axis]!;
    return Math.min(start + window.kernel_shape[axis], size) - Math.max(start, 0);
  };
  for (let row = 0; row < outRows; row++) {
    for (let column = 0; column < outColumns; column++) {
      share[row * outColumns + column] = 1 / (inside(row, 0, rows) * inside(column, 1, columns));
    }
  }
  const shares = graph.constant('shares', [1, 1, outRows, outColumns], share);
  const planes = training.batch * channels;
  // One plane at a time: the window is the same for every channel.
  const flat = graph.node('Reshape', [
    graph.node('Mul', [gradient, shares]),
    graph.ints('planes', [planes, 1, outRows, outColumns]),
  ]);
  const kernel = graph.constant(
    'window',
    [1, 1, ...window.kernel_shape],
    new Float32Array(product(window.kernel_shape)).fill(1),
  );
  const missing = [rows, columns].map((size, axis) => {
    const reached =
      ([outRows, outColumns][axis]! - 1) * window.strides[axis]! + window.kernel_shape[axis]!;
    return Math.max(0, size + window.pads[axis]! + window.pads[axis + 2]! - reached);
  });
  const spread = graph.node('ConvTranspose', [flat, kernel], {
    ...window,
    output_padding: missing,
  });
  training.addGradient(
    input!.name,
    graph.node('Reshape', [spread, graph.ints('shape', [training.batch, channels, rows, columns])]),
  );
};

/** Global average: every pixel gets the same share. */
export const globalAverageGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const [channels, rows, columns] = channelsFirst(node.inputShapes[0]!) as [number, number, number];
  const share = graph.node('Mul', [gradient, graph.scalar('share', 1 / (rows * columns))]);
  const wide = graph.node('Reshape', [
    share,
    graph.ints('shape', [training.batch, channels, 1, 1]),
  ]);
  const size = graph.ints('size', [training.batch, channels, rows, columns]);
  training.addGradient(input!.name, graph.node('Expand', [wide, size]));
};
