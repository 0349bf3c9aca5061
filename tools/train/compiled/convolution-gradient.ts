import type { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { hasBias, windowAttributes } from '../../export/emit-layer.js';
import type { LayerNode } from '../../export/layer-graph.js';
import { channelsFirst } from '../../export/tensor-layout.js';
import { activationGradient } from './activation-gradient.js';
import type { GradientRule, RuleInput } from './gradient-rule.js';
import type { TrainingGraph } from './training-graph.js';

interface Window {
  kernel_shape: [number, number];
  strides: [number, number];
  dilations: [number, number];
  pads: number[];
}

/** The kernel's view of a map for each of its taps: [batch, channels, rows, columns] of the smaller map. */
function taps(graph: OnnxGraph, slid: string, window: Window, small: [number, number]): string[] {
  const [kernelRows, kernelColumns] = window.kernel_shape;
  const [rowStride, columnStride] = window.strides;
  const [top, left, bottom, right] = window.pads as [number, number, number, number];
  const isPadded = top + left + bottom + right > 0;
  const isPointwise = kernelRows * kernelColumns === 1 && rowStride * columnStride === 1;
  if (isPointwise) return [slid];
  const padded = isPadded
    ? graph.node('Pad', [slid, graph.ints('pads', [0, 0, top, left, 0, 0, bottom, right])])
    : slid;
  const axes = graph.ints('axes', [2, 3]);
  const steps = graph.ints('steps', [rowStride, columnStride]);
  const views: string[] = [];
  for (let row = 0; row < kernelRows; row++) {
    for (let column = 0; column < kernelColumns; column++) {
      const start = [row * window.dilations[0], column * window.dilations[1]];
      const end = [
        start[0]! + (small[0] - 1) * rowStride + 1,
        start[1]! + (small[1] - 1) * columnStride + 1,
      ];
      const bounds = [graph.ints('starts', start), graph.ints('ends', end)];
      views.push(graph.node('Slice', [padded, ...bounds, axes, steps]));
    }
  }
  return views;
}

/** From so many taps on, one convolution with the gradient as its kernel is the faster way. */
const manyTaps = 16;

/**
 * Gradient of a kernel [kernel rows, kernel columns, slid channels, small channels], from the map that the kernel
 * slides over and the map at the other end: by a product, or for large kernels by a convolution. Which is faster was
 * measured (docs/decisions/compiled-training-step.md).
 */
function kernelGradient(
  graph: OnnxGraph,
  slid: string,
  slidShape: number[],
  small: string,
  smallShape: number[],
  window: Window,
): string {
  const [rows, columns] = window.kernel_shape;
  return rows * columns < manyTaps
    ? gradientByProduct(graph, slid, slidShape, small, smallShape, window)
    : gradientByConvolution(graph, slid, small, smallShape, window);
}

/** Batch and channels exchanged, the small map is a kernel that slides with the stride as its dilation. */
function gradientByConvolution(
  graph: OnnxGraph,
  slid: string,
  small: string,
  smallShape: number[],
  window: Window,
): string {
  const exchange = { perm: [1, 0, 2, 3] };
  const [, smallRows, smallColumns] = smallShape as [number, number, number];
  const all = graph.node(
    'Conv',
    [graph.node('Transpose', [slid], exchange), graph.node('Transpose', [small], exchange)],
    {
      kernel_shape: [smallRows, smallColumns],
      dilations: window.strides,
      strides: window.dilations,
      pads: window.pads,
    },
  );
  // Pixels that no stride reached make the result larger than the kernel.
  const ends = graph.ints('ends', window.kernel_shape);
  const kernel = graph.node('Slice', [
    all,
    graph.ints('starts', [0, 0]),
    ends,
    graph.ints('axes', [2, 3]),
  ]);
  return graph.node('Transpose', [kernel], { perm: [2, 3, 0, 1] });
}

/** The taps side by side times the small map, one matrix product a sample: wide on both sides. */
function gradientByProduct(
  graph: OnnxGraph,
  slid: string,
  slidShape: number[],
  small: string,
  smallShape: number[],
  window: Window,
): string {
  const [smallChannels, smallRows, smallColumns] = smallShape as [number, number, number];
  const views = taps(graph, slid, window, [smallRows, smallColumns]);
  const columns = views.length === 1 ? views[0]! : graph.node('Concat', views, { axis: 1 });
  const points = smallRows * smallColumns;
  const flatColumns = graph.node('Reshape', [
    columns,
    graph.ints('shape', [0, views.length * slidShape[0]!, points]),
  ]);
  const flatSmall = graph.node('Reshape', [small, graph.ints('shape', [0, smallChannels, points])]);
  const turned = graph.node('Transpose', [flatSmall], { perm: [0, 2, 1] });
  const product = graph.node('MatMul', [flatColumns, turned]);
  return graph.node('ReduceSum', [product, graph.ints('axes', [0])], { keepdims: 0 });
}

/** What the three rules below share: shapes, the gradient before the activation, the saved input, the bias. */
function begin(
  training: TrainingGraph,
  node: LayerNode,
  input: RuleInput,
  output: string,
  gradient: string,
) {
  const graph = training.backward;
  const inputShape = channelsFirst(node.inputShapes[0]!);
  const outputShape = channelsFirst(node.outputShape);
  const batchedOutput = [training.batch, ...outputShape];
  const activation = node.config['activation'];
  const inner = activationGradient(training, activation, output, batchedOutput, gradient);
  const savedInput = training.save(input.name, [training.batch, ...inputShape]);
  const bias = node.weights[1];
  if (bias && hasBias(node)) {
    const sum = graph.node('ReduceSum', [inner, graph.ints('axes', [0, 2, 3])], { keepdims: 0 });
    training.parameterGradient(bias.name, bias.shape, sum);
  }
  const kernel = node.weights[0]!;
  return {
    graph,
    window: windowAttributes(node),
    inputShape,
    outputShape,
    inner,
    savedInput,
    kernel,
  };
}

/** Pixels at the far edge that no stride reaches again: the transposed convolution must put them back. */
function missingAtEnd(window: Window, inputShape: number[], outputShape: number[]): number[] {
  return [0, 1].map((axis) => {
    const extent = (window.kernel_shape[axis]! - 1) * window.dilations[axis]! + 1;
    const reached = (outputShape[axis + 1]! - 1) * window.strides[axis]! + extent;
    return inputShape[axis + 1]! + window.pads[axis]! + window.pads[axis + 2]! - reached;
  });
}

/**
 * The input's gradient where the kernel moves by one pixel and the map keeps its size: a convolution again, with the
 * kernel turned round (its taps mirrored, its channels exchanged). ONNX Runtime's transposed convolution gives the same
 * and takes longer, because it adds up overlapping products.
 */
function gradientByTurnedKernel(
  graph: OnnxGraph,
  inner: string,
  kernel: string,
  window: Window,
): string {
  const minusOnes = graph.ints('back', [-1, -1]);
  const before = graph.ints(
    'before',
    window.kernel_shape.map((size) => -size - 1),
  );
  const mirrored = graph.node('Slice', [
    kernel,
    minusOnes,
    before,
    graph.ints('axes', [0, 1]),
    minusOnes,
  ]);
  const turned = graph.node('Transpose', [mirrored], { perm: [2, 3, 0, 1] });
  const [top, left, bottom, right] = window.pads as [number, number, number, number];
  return graph.node('Conv', [inner, turned], { ...window, pads: [bottom, right, top, left] });
}

const keepsSize = ({ kernel_shape, strides, dilations, pads }: Window): boolean =>
  [0, 1].every(
    (axis) =>
      strides[axis] === 1 &&
      pads[axis]! + pads[axis + 2]! === (kernel_shape[axis]! - 1) * dilations[axis]!,
  );

/** Conv2D: the kernel's gradient as above, the input's by a convolution with it turned or transposed. */
export const convolutionGradient: GradientRule = (training, node, [input], output, gradient) => {
  const { graph, window, inputShape, outputShape, inner, savedInput, kernel } = begin(
    training,
    node,
    input!,
    output,
    gradient,
  );
  const product = kernelGradient(graph, savedInput, inputShape, inner, outputShape, window);
  training.parameterGradient(kernel.name, kernel.shape, product);
  if (!input!.needsGradient) return;
  if (keepsSize(window)) {
    training.addGradient(input!.name, gradientByTurnedKernel(graph, inner, kernel.name, window));
    return;
  }
  const turned = graph.node('Transpose', [kernel.name], { perm: [3, 2, 0, 1] });
  const attributes = { ...window, output_padding: missingAtEnd(window, inputShape, outputShape) };
  training.addGradient(input!.name, graph.node('ConvTranspose', [inner, turned], attributes));
};

/** Conv2DTranspose: the same two products with the maps' roles exchanged. */
export const transposedConvolutionGradient: GradientRule = (
  training,
  node,
  [input],
  output,
  gradient,
) => {
  const { graph, window, inputShape, outputShape, inner, savedInput, kernel } = begin(
    training,
    node,
    input!,
    output,
    gradient,
  );
  const product = kernelGradient(graph, inner, outputShape, savedInput, inputShape, window);
  training.parameterGradient(kernel.name, kernel.shape, product);
  if (!input!.needsGradient) return;
  const turned = graph.node('Transpose', [kernel.name], { perm: [3, 2, 0, 1] });
  training.addGradient(input!.name, graph.node('Conv', [inner, turned], { ...window }));
};

/** DepthwiseConv2D with multiplier 1: each tap is a product summed over everything but the channel. */
export const depthwiseGradient: GradientRule = (training, node, [input], output, gradient) => {
  const { graph, window, inputShape, outputShape, inner, savedInput, kernel } = begin(
    training,
    node,
    input!,
    output,
    gradient,
  );
  const axes = graph.ints('axes', [0, 2, 3]);
  const views = taps(graph, savedInput, window, [outputShape[1]!, outputShape[2]!]);
  const sums = views.map((view) =>
    graph.node('ReduceSum', [graph.node('Mul', [view, inner]), axes], { keepdims: 0 }),
  );
  const all = sums.length === 1 ? sums[0]! : graph.node('Concat', sums, { axis: 0 });
  training.parameterGradient(kernel.name, kernel.shape, all);
  if (!input!.needsGradient) return;
  const turned = graph.node('Transpose', [kernel.name], { perm: [2, 3, 0, 1] });
  const output_padding = missingAtEnd(window, inputShape, outputShape);
  const attributes = { ...window, output_padding, group: inputShape[0]! };
  training.addGradient(input!.name, graph.node('ConvTranspose', [inner, turned], attributes));
};
