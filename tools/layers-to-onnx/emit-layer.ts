import { PerceptionError } from '../../src/frame/perception-error.js';
import type { AttributeValue, OnnxGraph } from '../../src/onnx/onnx-graph.js';
import type { LayerNode } from './layer-graph.js';
import { isByChannel, normalizationPlaces } from './normalization-weights.js';
import { padsOf } from './tensor-layout.js';

/** What emitting a layer needs: the graph, and the value of each weight. */
export interface Emission {
  graph: OnnxGraph;
  /** Name of the ONNX value that holds a weight, in ONNX axis order. */
  weight(node: LayerNode, position: number): string;
}

type Pair = [number, number];
type Emitter = (emission: Emission, node: LayerNode, inputs: string[]) => string;

/** Reads a layer's integer pair, which tf.layers stores as a number or a list. */
export function pairOf(value: unknown): Pair {
  return Array.isArray(value) ? [value[0], value[1]] : [value as number, value as number];
}

/** Rows and columns of a feature map's shape. */
export const spatial = (shape: number[]): Pair => [shape[0]!, shape[1]!];

/** Strides, kernel, dilations and pads of a convolution-like layer, as ONNX attributes. */
export function windowAttributes(node: LayerNode): {
  kernel_shape: Pair;
  strides: Pair;
  dilations: Pair;
  pads: number[];
} {
  const { config } = node;
  const kernel = pairOf(config['kernelSize'] ?? config['poolSize']);
  const strides = pairOf(config['strides'] ?? kernel);
  const dilations = pairOf(config['dilationRate'] ?? 1);
  const isTransposed = node.className === 'Conv2DTranspose';
  const slid = spatial(isTransposed ? node.outputShape : node.inputShapes[0]!);
  const pads = padsOf(config['padding'] as string, slid, kernel, strides, dilations);
  return { kernel_shape: kernel, strides, dilations, pads };
}

/** Whether the layer has a bias; tf.layers calls it `useBias`. */
export const hasBias = (node: LayerNode): boolean => node.config['useBias'] === true;

const refused = ({ name }: LayerNode, expected: string, found: string) =>
  new PerceptionError('ERR_EXPORT', `layer ${name}: expected ${expected}, found ${found}`);

function emitActivation(emission: Emission, name: unknown, input: string): string {
  const { graph } = emission;
  switch (name) {
    case undefined:
    case null:
    case 'linear':
      return input;
    case 'relu':
      return graph.node('Relu', [input]);
    case 'elu':
      return graph.node('Elu', [input]);
    case 'sigmoid':
      return graph.node('Sigmoid', [input]);
    case 'tanh':
      return graph.node('Tanh', [input]);
    default:
      throw new PerceptionError(
        'ERR_EXPORT',
        `expected an activation of linear, relu, elu, sigmoid, tanh, found ${String(name)}`,
      );
  }
}

const emitConvolution: Emitter = (emission, node, [input]) => {
  const attributes: Record<string, AttributeValue> = windowAttributes(node);
  if (node.className === 'DepthwiseConv2D') attributes['group'] = node.inputShapes[0]![2]!;
  const inputs = [input!, emission.weight(node, 0)];
  if (hasBias(node)) inputs.push(emission.weight(node, 1));
  const opType = node.className === 'Conv2DTranspose' ? 'ConvTranspose' : 'Conv';
  const result = emission.graph.node(opType, inputs, attributes);
  return emitActivation(emission, node.config['activation'], result);
};

const emitPooling: Emitter = (emission, node, [input]) => {
  const { dilations: _, ...attributes } = windowAttributes(node);
  const opType = node.className === 'MaxPooling2D' ? 'MaxPool' : 'AveragePool';
  return emission.graph.node(opType, [input!], attributes);
};

/** Transposes back to channels last, because tf.layers orders flattened features that way. */
function asChannelsLast(emission: Emission, node: LayerNode, input: string): string {
  if (node.inputShapes[0]!.length !== 3) return input;
  return emission.graph.node('Transpose', [input], { perm: [0, 2, 3, 1] });
}

const emitReshape: Emitter = (emission, node, [input]) => {
  const { graph } = emission;
  const flat = asChannelsLast(emission, node, input!);
  // 0 keeps the batch dimension.
  const reshaped = graph.node('Reshape', [flat, graph.ints('shape', [0, ...node.outputShape])]);
  const isMap = node.outputShape.length === 3;
  return isMap ? graph.node('Transpose', [reshaped], { perm: [0, 3, 1, 2] }) : reshaped;
};

const emitDense: Emitter = (emission, node, [input]) => {
  const { graph } = emission;
  // tf multiplies the channels of each pixel, which here are not the last axis.
  const [shape] = node.inputShapes;
  if (shape!.length === 3) throw refused(node, 'a vector or rows', `a map of ${shape!.join('x')}`);
  const product = graph.node('MatMul', [input!, emission.weight(node, 0)]);
  const sum = hasBias(node) ? graph.node('Add', [product, emission.weight(node, 1)]) : product;
  return emitActivation(emission, node.config['activation'], sum);
};

/** A layer's axis, the last one by default, as ONNX counts it. */
function onnxAxis({ outputShape }: LayerNode, config: unknown): number {
  const axis = Number(config ?? -1);
  const positive = axis < 0 ? axis + outputShape.length + 1 : axis;
  // Axis 3 of channels last is axis 1 of channels first; rows and columns move up by one.
  return outputShape.length === 3 ? [0, 2, 3, 1][positive]! : positive;
}

const emitConcatenate: Emitter = (emission, node, inputs) =>
  emission.graph.node('Concat', inputs, { axis: onnxAxis(node, node.config['axis']) });

/** Rows and columns that a Cropping2D or ZeroPadding2D layer removes or adds: [[top, bottom], [left, right]]. */
export function marginsOf(node: LayerNode): [Pair, Pair] {
  return (node.config['cropping'] ?? node.config['padding']) as [Pair, Pair];
}

const emitCropping: Emitter = (emission, node, [input]) => {
  const { graph } = emission;
  const [[top], [left]] = marginsOf(node);
  const [rows, columns] = spatial(node.outputShape);
  const starts = graph.ints('starts', [top, left]);
  const ends = graph.ints('ends', [top + rows, left + columns]);
  return graph.node('Slice', [input!, starts, ends, graph.ints('axes', [2, 3])]);
};

const emitPadding: Emitter = (emission, node, [input]) => {
  const [[top, bottom], [left, right]] = marginsOf(node);
  const pads = emission.graph.ints('pads', [0, 0, top, left, 0, 0, bottom, right]);
  return emission.graph.node('Pad', [input!, pads]);
};

const emitUpsampling: Emitter = (emission, node, [input]) => {
  const [rows, columns] = pairOf(node.config['size']);
  const scales = emission.graph.constant('scales', [4], Float32Array.of(1, 1, rows, columns));
  const mode =
    node.config['interpolation'] === 'bilinear'
      ? { mode: 'linear' }
      : { mode: 'nearest', nearest_mode: 'floor' };
  return emission.graph.node('Resize', [input!, '', scales], {
    ...mode,
    coordinate_transformation_mode: 'asymmetric',
  });
};

const emitNormalization: Emitter = (emission, node, [input]) => {
  const channels = node.outputShape.at(-1)!;
  const constant = (name: string, value: number) =>
    emission.graph.constant(name, [channels], new Float32Array(channels).fill(value));
  const { gamma, beta, mean, variance } = normalizationPlaces(node);
  const inputs = [
    input!,
    gamma === undefined ? constant('ones', 1) : emission.weight(node, gamma),
    beta === undefined ? constant('zeros', 0) : emission.weight(node, beta),
    emission.weight(node, mean),
    emission.weight(node, variance),
  ];
  const epsilon = { float: node.config['epsilon'] as number };
  return emission.graph.node('BatchNormalization', inputs, { epsilon });
};

/** TensorFlow.js has no other parameter of a rectifier. */
const emitRectifier: Emitter = ({ graph }, node, [input]) => {
  const most = node.config['maxValue'];
  if (typeof most !== 'number') return graph.node('Relu', [input!]);
  return graph.node('Clip', [input!, graph.scalar('low', 0), graph.scalar('high', most)]);
};

const emitSoftmax: Emitter = ({ graph }, node, [input]) =>
  graph.node('Softmax', [input!], { axis: onnxAxis(node, node.config['axis']) });

const emitters: Readonly<Record<string, Emitter>> = {
  Conv2D: emitConvolution,
  Conv2DTranspose: emitConvolution,
  DepthwiseConv2D: emitConvolution,
  MaxPooling2D: emitPooling,
  AveragePooling2D: emitPooling,
  GlobalAveragePooling2D: (emission, node, [input]) =>
    emission.graph.node('Reshape', [
      emission.graph.node('GlobalAveragePool', [input!]),
      emission.graph.ints('shape', [0, ...node.outputShape]),
    ]),
  Flatten: emitReshape,
  Reshape: emitReshape,
  Dense: emitDense,
  Concatenate: emitConcatenate,
  Add: (emission, _node, inputs) =>
    emission.graph.node(inputs.length === 2 ? 'Add' : 'Sum', inputs),
  Cropping2D: emitCropping,
  ZeroPadding2D: emitPadding,
  UpSampling2D: emitUpsampling,
  BatchNormalization: emitNormalization,
  // Only training drops values.
  Dropout: (_emission, _node, [input]) => input!,
  SpatialDropout2D: (_emission, _node, [input]) => input!,
  ReLU: emitRectifier,
  Activation: (emission, node, [input]) =>
    emitActivation(emission, node.config['activation'], input!),
  Softmax: emitSoftmax,
};

/**
 * Adds one layer's forward computation for inference and returns the value's name. Feature maps are
 * [batch, channels, rows, columns]; other values keep tf.layers' axes.
 * Throws ERR_EXPORT for a layer class that is not in the table, and for options that have no equivalent here.
 */
export function emitLayer(emission: Emission, node: LayerNode, inputs: string[]): string {
  const emitter = emitters[node.className];
  if (!emitter) {
    throw new PerceptionError(
      'ERR_EXPORT',
      `layer ${node.name}: expected one of ${Object.keys(emitters).join(', ')}, found ${node.className}`,
    );
  }
  const { dataFormat, axis } = node.config;
  if (dataFormat === 'channelsFirst') throw refused(node, 'channels last', 'channelsFirst');
  if (node.className === 'BatchNormalization' && !isByChannel(node))
    throw refused(node, 'the last axis', `axis ${axis}`);
  return emitter(emission, node, inputs);
}
