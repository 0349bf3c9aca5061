import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import type { tf } from '../../../layers-to-onnx/tf.js';
import { activationNodes } from './activation.js';
import {
  type ConvGeometry,
  convGeometry,
  inputShapeOf,
  isPointwise,
  outputShapeOf,
  paddingOf,
} from './conv-geometry.js';
import type { HeapKernel, KernelCall, KernelResult } from './heap-kernel.js';

export const toChannelsFirst = { perm: [0, 3, 1, 2] };
export const toChannelsLast = { perm: [0, 2, 3, 1] };
/** From TensorFlow's filter layout (height, width, input, output channels) to ONNX' (output, input, height, width). */
export const filterToOnnx = { perm: [3, 2, 0, 1] };

/** y = conv(x, filter), NHWC. */
export const conv2d: HeapKernel = { name: 'Conv2D', compute: (call) => convolve(call, undefined) };

/** y = activation(conv(x, filter) + bias), NHWC: what convolution layers call. */
export const fusedConv2d: HeapKernel = {
  name: 'FusedConv2D',
  compute(call) {
    const { bias, filter, preluActivationWeights } = call.inputs;
    const hasPlainBias =
      bias === undefined || (bias.shape.length === 1 && bias.shape[0] === filter!.shape[3]);
    if (!hasPlainBias || preluActivationWeights !== undefined) return undefined;
    return convolve(call, bias);
  },
};

function convolve(call: KernelCall, bias: tf.TensorInfo | undefined): KernelResult {
  const { x, filter } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
  const activate = activationNodes(call.attrs['activation']);
  const geometry = convGeometry(x.shape, filter.shape, call.attrs);
  if (geometry === undefined || activate === undefined) return undefined;

  const { inChannels, outChannels } = geometry;
  const shape = outputShapeOf(geometry);
  const pixels = shape[0]! * shape[1]! * shape[2]!;
  const pointwise = isPointwise(geometry);
  // A 1x1 convolution is a matrix product of the pixels in their NHWC order: nothing to transpose.
  const dims = pointwise
    ? [
        [pixels, inChannels],
        [inChannels, outChannels],
        [pixels, outChannels],
      ]
    : [inputShapeOf(geometry), filter.shape, shape];
  const operands = [
    { tensor: x, dims: dims[0]! },
    { tensor: filter, dims: dims[1]! },
  ];
  if (bias !== undefined) operands.push({ tensor: bias, dims: [outChannels] });
  return call.graphs.run(
    call.backend,
    'Conv2D',
    [geometry, call.attrs['activation'] ?? 'linear'],
    operands,
    [{ shape, dims: dims[2]! }],
    (graph, ...inputs) => [
      pointwise
        ? activate(graph, graph.node('Gemm', inputs))
        : graph.node(
            'Transpose',
            [activate(graph, convNodes(graph, geometry, inputs))],
            toChannelsLast,
          ),
    ],
  )[0];
}

/** Conv of an NHWC input and a TensorFlow filter (and bias); its result is NCHW. */
function convNodes(graph: OnnxGraph, geometry: ConvGeometry, inputs: string[]): string {
  const [x, filter, ...bias] = inputs as [string, string];
  const planes = graph.node('Transpose', [x], toChannelsFirst);
  const weights = graph.node('Transpose', [filter], filterToOnnx);
  return graph.node('Conv', [planes, weights, ...bias], {
    pads: paddingOf(geometry),
    strides: geometry.strides,
    dilations: geometry.dilations,
  });
}
