import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import type { tf } from '../../../layers-to-onnx/tf.js';
import {
  type ConvGeometry,
  convGeometry,
  inputShapeOf,
  isPointwise,
  outputShapeOf,
  paddingOf,
  untouchedOf,
} from './conv-geometry.js';
import { filterToOnnx, toChannelsFirst, toChannelsLast } from './conv2d.js';
import { tapsOf } from './filter-taps.js';
import type { HeapKernel } from './heap-kernel.js';

/**
 * Below this many input channels one matrix product per filter tap is too narrow to pay. Measured on one thread:
 * 3 channels, 66x200, batch 32: 15 ms as one Conv, 57 by taps; 32 and more channels: by taps 1.3 to 2.3 times as fast.
 */
const fewestChannelsForTaps = 16;

/** Gradient of a convolution with respect to its input; also the forward pass of conv2dTranspose. NHWC. */
export const conv2dBackpropInput: HeapKernel = {
  name: 'Conv2DBackpropInput',
  compute({ inputs, attrs, backend, graphs }) {
    const { dy, filter } = inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
    const geometry = convGeometry(attrs['inputShape'] as number[], filter.shape, attrs);
    if (geometry === undefined) return undefined;
    const shape = inputShapeOf(geometry);
    const { inChannels, outChannels } = geometry;
    if (isPointwise(geometry)) {
      const pixels = shape[0]! * shape[1]! * shape[2]!;
      const operands = [
        { tensor: dy, dims: [pixels, outChannels] },
        { tensor: filter, dims: [inChannels, outChannels] },
      ];
      const results = [{ shape, dims: [pixels, inChannels] }];
      return graphs.run(backend, 'PointwiseBackpropInput', [], operands, results, (graph, d, w) => [
        graph.node('Gemm', [d!, w!], { transB: 1 }),
      ])[0];
    }
    return graphs.run(
      backend,
      'Conv2DBackpropInput',
      geometry,
      [{ tensor: dy, dims: outputShapeOf(geometry) }, { tensor: filter }],
      [{ shape }],
      (graph, d, w) => [inputGradientNodes(graph, geometry, d!, w!)],
    )[0];
  },
};

/** ConvTranspose spreads each output gradient over its window; output padding adds the untouched rim back. */
function inputGradientNodes(
  graph: OnnxGraph,
  geometry: ConvGeometry,
  dy: string,
  filter: string,
): string {
  const spread = graph.node(
    'ConvTranspose',
    [
      graph.node('Transpose', [dy], toChannelsFirst),
      graph.node('Transpose', [filter], filterToOnnx),
    ],
    {
      pads: paddingOf(geometry),
      strides: geometry.strides,
      dilations: geometry.dilations,
      output_padding: untouchedOf(geometry),
    },
  );
  return graph.node('Transpose', [spread], toChannelsLast);
}

/** Gradient of a convolution with respect to its filter. NHWC. The wasm backend has no such kernel. */
export const conv2dBackpropFilter: HeapKernel = {
  name: 'Conv2DBackpropFilter',
  compute({ inputs, attrs, backend, graphs }) {
    const { x, dy } = inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
    const shape = attrs['filterShape'] as number[];
    const geometry = convGeometry(x.shape, shape, attrs);
    if (geometry === undefined) return undefined;
    const body =
      geometry.inChannels < fewestChannelsForTaps ? filterGradientAsConv : filterGradientByTaps;
    return graphs.run(
      backend,
      'Conv2DBackpropFilter',
      geometry,
      [{ tensor: x }, { tensor: dy, dims: outputShapeOf(geometry) }],
      [{ shape }],
      (graph, input, gradient) => [body(graph, geometry, input!, gradient!)],
    )[0];
  },
};

/**
 * Swaps channels and batch: the input's channels become the batch, the images the channels to sum over,
 * and the output gradient a kernel whose dilation is the stride and whose stride is the dilation.
 */
function filterGradientAsConv(
  graph: OnnxGraph,
  geometry: ConvGeometry,
  x: string,
  dy: string,
): string {
  const { filterHeight, filterWidth, strides, dilations } = geometry;
  const channelsAsBatch = { perm: [3, 0, 1, 2] };
  let taps = graph.node(
    'Conv',
    [graph.node('Transpose', [x], channelsAsBatch), graph.node('Transpose', [dy], channelsAsBatch)],
    { pads: paddingOf(geometry), dilations: strides, strides: dilations },
  );
  if (untouchedOf(geometry).some((count) => count > 0)) {
    taps = graph.node('Slice', [
      taps,
      graph.ints('starts', [0, 0]),
      graph.ints('ends', [filterHeight, filterWidth]),
      graph.ints('axes', [2, 3]),
    ]);
  }
  return graph.node('Transpose', [taps], { perm: [2, 3, 0, 1] });
}

/** One matrix product per filter tap: the input pixels that the tap read, times the gradients of what it wrote. */
function filterGradientByTaps(
  graph: OnnxGraph,
  geometry: ConvGeometry,
  x: string,
  dy: string,
): string {
  const { filterHeight, filterWidth, inChannels, outChannels } = geometry;
  const gradients = graph.node('Reshape', [dy, graph.ints('rows', [-1, outChannels])]);
  const rows = graph.ints('rows', [-1, inChannels]);
  const products = tapsOf(graph, geometry, x).map((seen) =>
    graph.node('Gemm', [graph.node('Reshape', [seen, rows]), gradients], { transA: 1 }),
  );
  const filter = graph.ints('filter', [filterHeight, filterWidth, inChannels, outChannels]);
  return graph.node('Reshape', [graph.node('Concat', products, { axis: 0 }), filter]);
}
