import type { OnnxGraph } from '../../../../src/onnx/onnx-graph.js';
import { type ConvGeometry, isPointwise, paddingOf } from './conv-geometry.js';

/**
 * For each tap of the filter, row by row, the NHWC input pixels that it reads while the filter slides over the
 * padded input: shape [batch, output height, output width, input channels].
 */
export function tapsOf(graph: OnnxGraph, geometry: ConvGeometry, x: string): string[] {
  if (isPointwise(geometry)) return [x];
  const { filterHeight, filterWidth, outHeight, outWidth, strides, dilations } = geometry;
  const [top, left, bottom, right] = paddingOf(geometry) as [number, number, number, number];
  const isPadded = top + left + bottom + right > 0;
  const margins = graph.ints('margins', [0, top, left, 0, 0, bottom, right, 0]);
  const source = isPadded ? graph.node('Pad', [x, margins]) : x;
  const axes = graph.ints('axes', [1, 2]);
  const steps = graph.ints('steps', strides);
  const taps: string[] = [];
  for (let row = 0; row < filterHeight; row += 1) {
    for (let column = 0; column < filterWidth; column += 1) {
      const from = [row * dilations[0], column * dilations[1]] as const;
      const starts = graph.ints('starts', [...from]);
      const lastRow = from[0] + (outHeight - 1) * strides[0];
      const lastColumn = from[1] + (outWidth - 1) * strides[1];
      const ends = graph.ints('ends', [lastRow + 1, lastColumn + 1]);
      taps.push(graph.node('Slice', [source, starts, ends, axes, steps]));
    }
  }
  return taps;
}
