import { hasBias, marginsOf, pairOf, spatial } from '../../layers-to-onnx/emit-layer.js';
import { channelsFirst } from '../../layers-to-onnx/tensor-layout.js';
import { activationGradient } from './activation-gradient.js';
import type { GradientRule } from './gradient-rule.js';

/** Dense layer: y = x W + b. */
export const denseGradient: GradientRule = (training, node, [input], output, gradient) => {
  const graph = training.backward;
  const shape = [training.batch, ...node.outputShape];
  const inner = activationGradient(training, node.config['activation'], output, shape, gradient);
  const [kernel, bias] = node.weights;
  const savedInput = training.save(input!.name, [training.batch, ...node.inputShapes[0]!]);
  const turnedInput = graph.node('Transpose', [savedInput], { perm: [1, 0] });
  training.parameterGradient(
    kernel!.name,
    kernel!.shape,
    graph.node('MatMul', [turnedInput, inner]),
  );
  if (hasBias(node)) {
    const sum = graph.node('ReduceSum', [inner, graph.ints('axes', [0])], { keepdims: 0 });
    training.parameterGradient(bias!.name, bias!.shape, sum);
  }
  if (!input!.needsGradient) return;
  const turnedKernel = graph.node('Transpose', [kernel!.name], { perm: [1, 0] });
  training.addGradient(input!.name, graph.node('MatMul', [inner, turnedKernel]));
};

/** Flatten and Reshape work in channels-last order: the gradient goes back through the same two transpositions. */
export const reshapeGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const fromMap = node.outputShape.length === 3;
  const toMap = node.inputShapes[0]!.length === 3;
  const flat = fromMap ? graph.node('Transpose', [gradient], { perm: [0, 2, 3, 1] }) : gradient;
  const shape = graph.ints('shape', [training.batch, ...node.inputShapes[0]!]);
  const reshaped = graph.node('Reshape', [flat, shape]);
  training.addGradient(
    input!.name,
    toMap ? graph.node('Transpose', [reshaped], { perm: [0, 3, 1, 2] }) : reshaped,
  );
};

/** Concatenate: each input gets its slice. */
export const concatenateGradient: GradientRule = (training, node, inputs, _output, gradient) => {
  const graph = training.backward;
  const isMap = node.outputShape.length === 3;
  const axis = Number(node.config['axis'] ?? -1);
  const rank = node.outputShape.length + 1;
  const positive = axis < 0 ? axis + rank : axis;
  const mapped = isMap ? [0, 2, 3, 1][positive]! : positive;
  let start = 0;
  inputs.forEach((input, position) => {
    const size = node.inputShapes[position]![positive - 1]!;
    const bounds = [graph.ints('starts', [start]), graph.ints('ends', [start + size])];
    start += size;
    if (!input.needsGradient) return;
    training.addGradient(
      input.name,
      graph.node('Slice', [gradient, ...bounds, graph.ints('axes', [mapped])]),
    );
  });
};

/** Add: every input gets the full gradient. */
export const addGradient: GradientRule = (training, _node, inputs, _output, gradient) => {
  for (const input of inputs) if (input.needsGradient) training.addGradient(input.name, gradient);
};

/** Cropping2D: pixels that were cut off get 0. */
export const croppingGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const [[top, bottom], [left, right]] = marginsOf(node);
  const pads = graph.ints('pads', [0, 0, top, left, 0, 0, bottom, right]);
  training.addGradient(input!.name, graph.node('Pad', [gradient, pads]));
};

/** ZeroPadding2D: the padding's gradient is dropped. */
export const paddingGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const [[top], [left]] = marginsOf(node);
  const [rows, columns] = spatial(node.inputShapes[0]!);
  const starts = graph.ints('starts', [top, left]);
  const ends = graph.ints('ends', [top + rows, left + columns]);
  const axes = graph.ints('axes', [2, 3]);
  training.addGradient(input!.name, graph.node('Slice', [gradient, starts, ends, axes]));
};

/** UpSampling2D (nearest): a pixel gets the sum over the block it was copied to. */
export const upsamplingGradient: GradientRule = (training, node, [input], _output, gradient) => {
  if (!input!.needsGradient) return;
  const graph = training.backward;
  const size = pairOf(node.config['size']);
  const mean = graph.node('AveragePool', [gradient], { kernel_shape: size, strides: size });
  training.addGradient(
    input!.name,
    graph.node('Mul', [mean, graph.scalar('pixels', size[0] * size[1])]),
  );
};

/** A layer that is only an activation. */
export const activationLayerGradient: GradientRule = (
  training,
  node,
  [input],
  output,
  gradient,
) => {
  if (!input!.needsGradient) return;
  const activation = node.className === 'ReLU' ? 'relu' : node.config['activation'];
  const shape = [training.batch, ...channelsFirst(node.outputShape)];
  training.addGradient(
    input!.name,
    activationGradient(training, activation, output, shape, gradient),
  );
};
