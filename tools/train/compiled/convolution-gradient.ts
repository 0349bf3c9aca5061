import type { OnnxGraph } from '../../../src/onnx/onnx-graph.js';
import { hasBias, windowAttributes } from '../../layers-to-onnx/emit-layer.js';
import type { LayerNode } from '../../layers-to-onnx/layer-graph.js';
import { channelsFirst } from '../../layers-to-onnx/tensor-layout.js';
import { activationGradient } from './activation-gradient.js';
import type { GradientRule, RuleInput } from './gradient-rule.js';
import { kernelGradient, taps, type Window } from './kernel-gradient.js';
import type { TrainingGraph } from './training-graph.js';

/** The steps that the three rules below share: shapes, the gradient before the activation, the saved input, the bias. */
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

/** Pixels at the far edge that no stride reaches: the transposed convolution must add them back. */
function missingAtEnd(window: Window, inputShape: number[], outputShape: number[]): number[] {
  return [0, 1].map((axis) => {
    const extent = (window.kernel_shape[axis]! - 1) * window.dilations[axis]! + 1;
    const reached = (outputShape[axis + 1]! - 1) * window.strides[axis]! + extent;
    return inputShape[axis + 1]! + window.pads[axis]! + window.pads[axis + 2]! - reached;
  });
}

/**
 * The input's gradient if the kernel moves by one pixel and the map keeps its size: again a convolution, with the
 * kernel's taps mirrored and its channels swapped. ONNX Runtime's transposed convolution gives the same result
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

/** Conv2D: the kernel's gradient, and the input's by a convolution with the mirrored kernel or a transposed one. */
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

/** Conv2DTranspose: the same two products with the maps' roles swapped. */
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
