import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import type { tf } from '../../../layers-to-onnx/tf.js';
import {
  type ConvGeometry,
  convGeometry,
  inputShapeOf,
  outputShapeOf,
  paddingOf,
  untouchedOf,
} from './conv-geometry.js';
import { toChannelsFirst, toChannelsLast } from './conv2d.js';
import { tapsOf } from './filter-taps.js';
import type { HeapKernel } from './heap-kernel.js';

// The forward pass is left to the backend: its own kernel keeps the channels last and takes 6 ms, while
// a Conv between two transposes takes 22 (8 x 75 x 75 x 64, 3x3, one thread).

/** Gradient of a depthwise convolution with respect to its input. The wasm backend has no such kernel. */
export const depthwiseBackpropInput: HeapKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  compute({ inputs, attrs, backend, graphs }) {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const geometry = convGeometry(attrs['inputShape'] as number[], filter.shape, attrs, true);
    if (geometry === undefined) return undefined;
    return graphs.run(
      backend,
      'DepthwiseConv2dNativeBackpropInput',
      geometry,
      [{ tensor: dy, dims: outputShapeOf(geometry) }, { tensor: filter }],
      [{ shape: inputShapeOf(geometry) }],
      (graph, d, w) => [inputGradientNodes(graph, geometry, d!, w!)],
    )[0];
  },
};

function inputGradientNodes(
  graph: OnnxGraph,
  geometry: ConvGeometry,
  dy: string,
  filter: string,
): string {
  const { filterHeight, filterWidth, inChannels, outChannels } = geometry;
  const perChannel = graph.ints('shape', [outChannels, 1, filterHeight, filterWidth]);
  const spread = graph.node(
    'ConvTranspose',
    [
      graph.node('Transpose', [dy], toChannelsFirst),
      graph.node('Reshape', [
        graph.node('Transpose', [filter], { perm: [2, 3, 0, 1] }),
        perChannel,
      ]),
    ],
    {
      pads: paddingOf(geometry),
      strides: geometry.strides,
      dilations: geometry.dilations,
      output_padding: untouchedOf(geometry),
      group: inChannels,
    },
  );
  return graph.node('Transpose', [spread], toChannelsLast);
}

/** Gradient of a depthwise convolution with respect to its filter. The wasm backend has no such kernel. */
export const depthwiseBackpropFilter: HeapKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  compute({ inputs, attrs, backend, graphs }) {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const shape = attrs['filterShape'] as number[];
    const geometry = convGeometry(x.shape, shape, attrs, true);
    if (geometry === undefined) return undefined;
    return graphs.run(
      backend,
      'DepthwiseConv2dNativeBackpropFilter',
      geometry,
      [{ tensor: x }, { tensor: dy, dims: outputShapeOf(geometry) }],
      [{ shape }],
      (graph, input, gradient) => [filterGradientNodes(graph, geometry, input!, gradient!)],
    )[0];
  },
};

/** Each tap's gradient, per channel: what it read times the gradient of what it wrote, summed over all pixels. */
function filterGradientNodes(
  graph: OnnxGraph,
  geometry: ConvGeometry,
  x: string,
  dy: string,
): string {
  const { batch, outHeight, outWidth, inChannels, outChannels, filterHeight, filterWidth } =
    geometry;
  const multiplier = outChannels / inChannels;
  const places = batch * outHeight * outWidth;
  const seenShape = graph.ints('seen', [places, inChannels, 1]);
  const gradients = graph.node('Reshape', [
    dy,
    graph.ints('written', [places, inChannels, multiplier]),
  ]);
  const places0 = graph.ints('places', [0]);
  const sums = tapsOf(graph, geometry, x).map((seen) =>
    graph.node('ReduceSum', [
      graph.node('Mul', [graph.node('Reshape', [seen, seenShape]), gradients]),
      places0,
    ]),
  );
  const filter = graph.ints('filter', [filterHeight, filterWidth, inChannels, multiplier]);
  return graph.node('Reshape', [graph.node('Concat', sums, { axis: 0 }), filter]);
}
