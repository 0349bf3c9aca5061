import type { OnnxGraph } from '../../../src/onnx/onnx-graph.js';

/** How a kernel moves over a map, in ONNX' terms. */
export interface Window {
  kernel_shape: [number, number];
  strides: [number, number];
  dilations: [number, number];
  pads: number[];
}

/** The pixels of a map that each tap of the kernel reads: [batch, channels, rows, columns] of the smaller map. */
export function taps(
  graph: OnnxGraph,
  slid: string,
  window: Window,
  small: [number, number],
): string[] {
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

/** From this many taps on, one convolution with the gradient as its kernel is fastest. */
const manyTaps = 16;
/** Up to this many pixels, one product per tap over the full batch is fastest. */
const fewPixels = 1024;

/**
 * Gradient of a kernel [kernel rows, kernel columns, slid channels, small channels], from the map that the kernel
 * slides over and the map at the other end. There are three ways; which is fastest was measured
 * (docs/decisions/compiled-training-step.md).
 */
export function kernelGradient(
  graph: OnnxGraph,
  slid: string,
  slidShape: number[],
  small: string,
  smallShape: number[],
  window: Window,
): string {
  const count = window.kernel_shape[0] * window.kernel_shape[1];
  if (count >= manyTaps) return gradientByConvolution(graph, slid, small, smallShape, window);
  const pixels = smallShape[1]! * smallShape[2]!;
  if (count > 1 && pixels <= fewPixels)
    return gradientByTaps(graph, slid, slidShape, small, smallShape, window);
  return gradientByProduct(graph, slid, slidShape, small, smallShape, window);
}

const exchange = { perm: [1, 0, 2, 3] };

/** With the channels outermost, each tap is one product over all samples' pixels; no sum over samples remains. */
function gradientByTaps(
  graph: OnnxGraph,
  slid: string,
  slidShape: number[],
  small: string,
  smallShape: number[],
  window: Window,
): string {
  const [smallChannels, smallRows, smallColumns] = smallShape as [number, number, number];
  const flat = (map: string, channels: number): string =>
    graph.node('Reshape', [map, graph.ints('shape', [channels, -1])]);
  const flatSmall = flat(graph.node('Transpose', [small], exchange), smallChannels);
  const turned = graph.node('Transpose', [slid], exchange);
  const products = taps(graph, turned, window, [smallRows, smallColumns]).map((view) =>
    graph.node('Gemm', [flat(view, slidShape[0]!), flatSmall], { transB: 1 }),
  );
  return graph.node('Concat', products, { axis: 0 });
}

/** With batch and channels swapped, the small map is a kernel that slides with the stride as its dilation. */
function gradientByConvolution(
  graph: OnnxGraph,
  slid: string,
  small: string,
  smallShape: number[],
  window: Window,
): string {
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

/** All taps concatenated, times the small map: one large matrix product per sample. */
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
