import { paddingRgb } from '../../bundle/input-spec.js';
import type { TensorDtype } from '../../bundle/manifest.js';
import { OnnxGraph } from '../../onnx/onnx-graph.js';
import { yuvFromRgb } from '../colour-rows.js';
import type { RemapTable } from '../remap-table.js';
import type { SampledPlane } from '../sample-grid.js';
import { samplingCoordinates, shownPixels } from './sampling-coordinates.js';

/** Name of the graph's input: the frame's bytes as the ring holds them. */
export const frameInputName = 'windshield_frame';

type Matrix = readonly (readonly [number, number, number])[];
const identity: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const reversed: Matrix = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];
/** BT.601, limited range: red, green, blue from Y - 16, U - 128, V - 128. */
const luma = 255 / 219;
const chroma = 255 / 224;
const rgbFromVideo: Matrix = [
  [luma, 0, 1.402 * chroma],
  [luma, -0.344136 * chroma, -0.714136 * chroma],
  [luma, 1.772 * chroma, 0],
];

/**
 * What a remap table does, as an ONNX graph (opset 16) for execution providers with their own memory, so that only
 * the frame is copied there: uint8 [rows, bytes per row] in, the network's input, of type `dtype`, out as `outputName`.
 *
 * A box between whole pixels is the bilinear interpolation of means over boxes at whole pixels: AveragePool, then
 * GridSample at the table's own coordinates. Colours, mean and scale are one 1x1 convolution. Agrees with
 * preprocessInto to within one grey level.
 */
export function preprocessGraph(
  table: RemapTable,
  outputName: string,
  dtype: TensorDtype = 'float32',
): OnnxGraph {
  const { spec, frame, planes } = table;
  const graph = new OnnxGraph('preprocess', 'preprocess/');
  const [first, second] = planes as [SampledPlane, SampledPlane?];
  const rows = first.source.heightPx + (second?.source.heightPx ?? 0);
  const pixels = graph.input(frameInputName, [rows, frame.strideBytes], 'uint8');
  const size = { rows: spec.heightPx, columns: spec.widthPx };
  let colours: string;
  if (second === undefined) {
    colours = sampled(graph, pixels, first, 0, 3, size);
  } else {
    const parts = [
      sampled(graph, pixels, first, 0, 1, size),
      sampled(graph, pixels, second, first.source.heightPx, 2, size),
    ];
    const video = graph.node('Concat', parts, { axis: 1 });
    const offset = rgbFromVideo.map(([y, u, v]) => -16 * y - 128 * (u + v));
    const rgb = mixed(graph, video, rgbFromVideo, offset);
    colours = graph.node('Clip', [rgb, graph.scalar('black', 0), graph.scalar('white', 255)]);
  }
  colours = padded(graph, colours, first, table);
  const turn = { rgb: identity, bgr: reversed, yuv: yuvFromRgb }[spec.colour];
  const matrix = turn.map((row, c) => row.map((share) => share * spec.scale[c]!));
  const bias = spec.mean.map((mean, c) => {
    const offset = spec.colour === 'yuv' && c > 0 ? 128 : 0;
    return (offset - mean) * spec.scale[c]!;
  });
  const isPlanar = spec.layout === 'nchw';
  const isFloat = dtype === 'float32';
  const lastName = isFloat ? outputName : undefined;
  let input = mixed(
    graph,
    colours,
    matrix as unknown as Matrix,
    bias,
    isPlanar ? lastName : undefined,
  );
  if (!isPlanar) input = graph.node('Transpose', [input], { perm: [0, 2, 3, 1] }, lastName);
  if (!isFloat) castTo(graph, input, dtype, outputName);
  return graph;
}

/** Ranges of integer inputs; the 32 bits end at the largest float32 that still fits. */
const wordBits = [-(2 ** 31), 2 ** 31 - 128] as const;
const rangeOf = {
  uint8: [0, 255],
  int8: [-128, 127],
  int32: wordBits,
  int64: wordBits,
} as const;

/**
 * Casts to the network's own type as TensorRoom does for the host: integers are rounded, halves up, and clamped to
 * their range; a bool is whether a value is not 0.
 */
function castTo(graph: OnnxGraph, values: string, dtype: TensorDtype, outputName: string): void {
  let input = values;
  if (dtype in rangeOf) {
    const [low, high] = rangeOf[dtype as keyof typeof rangeOf];
    const ends = [graph.scalar('low', low), graph.scalar('high', high)];
    // ONNX's Round takes halves to the even neighbour.
    const rounded = graph.node('Floor', [graph.node('Add', [values, graph.scalar('half', 0.5)])]);
    input = graph.node('Clip', [rounded, ...ends]);
  }
  const to = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 }[dtype];
  graph.node('Cast', [input], { to }, outputName);
}

/** One plane's channels sampled by its grid: float32 [1, channels, rows, columns] of the input's size. */
function sampled(
  graph: OnnxGraph,
  pixels: string,
  plane: SampledPlane,
  firstRow: number,
  channels: number,
  size: { rows: number; columns: number },
): string {
  const { widthPx, heightPx } = plane.source;
  const { boxWidthPx, boxHeightPx } = plane.grid;
  const part = graph.node('Slice', [
    pixels,
    graph.ints('starts', [firstRow, 0]),
    graph.ints('ends', [firstRow + heightPx, widthPx * channels]),
    graph.ints('axes', [0, 1]),
  ]);
  const shaped = graph.node('Reshape', [
    part,
    graph.ints('shape', [1, heightPx, widthPx, channels]),
  ]);
  let map = graph.node('Transpose', [graph.node('Cast', [shaped], { to: 1 })], {
    perm: [0, 3, 1, 2],
  });
  if (boxWidthPx > 1 || boxHeightPx > 1) {
    map = graph.node('AveragePool', [map], { kernel_shape: [boxHeightPx, boxWidthPx] });
  }
  const { rows, columns } = size;
  const grid = graph.constant('grid', [1, rows, columns, 2], samplingCoordinates(plane));
  return graph.node('GridSample', [map, grid], {
    mode: 'bilinear',
    padding_mode: 'border',
    align_corners: 1,
  });
}

/** Replaces pixels that show nothing of the frame by the padding's colour. */
function padded(graph: OnnxGraph, colours: string, plane: SampledPlane, table: RemapTable): string {
  const { spec } = table;
  const shown = shownPixels(plane);
  if (shown === undefined) return colours;
  const dims = [1, 1, spec.heightPx, spec.widthPx];
  const cut = graph.node('Mul', [colours, graph.constant('shown', dims, shown)]);
  const planeOf = (level: number) => shown.map((share) => (1 - share) * level);
  if (spec.padRgb === undefined)
    return graph.node('Add', [cut, graph.constant('grey', dims, planeOf(spec.padValue))]);
  const planes = paddingRgb(spec).map((level) => graph.constant('padding', dims, planeOf(level)));
  return graph.node('Add', [cut, graph.node('Concat', planes, { axis: 1 })]);
}

/** matrix * value + bias for each pixel, as a 1x1 convolution. */
function mixed(
  graph: OnnxGraph,
  values: string,
  matrix: Matrix,
  bias: readonly number[],
  outputName?: string,
): string {
  const weights = graph.constant('matrix', [3, 3, 1, 1], Float32Array.from(matrix.flat()));
  const offset = graph.constant('bias', [3], Float32Array.from(bias));
  return graph.node('Conv', [values, weights, offset], { kernel_shape: [1, 1] }, outputName);
}
