import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf, intsOf, type NetworkGraph } from '../../src/onnx/network-graph.js';

/**
 * How one output row of a transposed convolution with stride s, kernel k and padding p is computed: row s q + r is
 * the sum over d of input row q - d times tap r + p + s d. All d for which some r in 0..s-1 meets a tap.
 */
export interface SubPixelRows {
  /** Smallest and largest d. */
  first: number;
  last: number;
  /** The tap for output row r within its block and offset d, or undefined if the kernel has none. */
  tap(r: number, d: number): number | undefined;
}

/** See SubPixelRows; undefined if the output is not exactly s times the input's size (k - 2 p differs from s). */
export function subPixelRows(
  kernel: number,
  stride: number,
  padBefore: number,
  padAfter: number,
): SubPixelRows | undefined {
  if (kernel - padBefore - padAfter !== stride) return undefined;
  return {
    first: Math.ceil((1 - stride - padBefore) / stride),
    last: Math.floor((kernel - 1 - padBefore) / stride),
    tap(r, d) {
      const tap = r + padBefore + stride * d;
      return tap >= 0 && tap < kernel ? tap : undefined;
    },
  };
}

/**
 * Replaces each transposed convolution by a convolution with s x s times the channels, which has an integer kernel
 * on the CPU while the transposed one has none, and a DepthToSpace that sorts them into blocks (Shi et al. 2016,
 * "Is the deconvolution layer the same as a convolutional layer?"). Those that do not enlarge exactly s times are kept.
 */
export function splitTransposedConvolutions(graph: NetworkGraph): void {
  graph.nodes = graph.nodes.flatMap((node) =>
    node.opType === 'ConvTranspose' ? (asSubPixels(graph, node) ?? [node]) : [node],
  );
  rectifyBeforeRearranging(graph);
}

/** Moves a Relu after a DepthToSpace to before it, next to the convolution that can fuse it. */
function rectifyBeforeRearranging(graph: NetworkGraph): void {
  const consumers = graph.consumers();
  for (const node of graph.nodes) {
    const readers = consumers.get(node.output[0]!) ?? [];
    const isOut = graph.outputs.includes(node.output[0]!);
    if (node.opType !== 'DepthToSpace' || isOut || readers.length !== 1) continue;
    const [next] = readers;
    if (next?.opType !== 'Relu') continue;
    const rectified = graph.node('Relu', [node.input[0]!], [node.output[0]!]);
    const sorted = graph.node('DepthToSpace', [node.output[0]!], [next.output[0]!]);
    sorted.attribute = node.attribute;
    graph.nodes[graph.nodes.indexOf(node)] = rectified;
    graph.nodes[graph.nodes.indexOf(next)] = sorted;
  }
}

function asSubPixels(graph: NetworkGraph, node: NodeProto): NodeProto[] | undefined {
  const weights = graph.floats(node.input[1]);
  const bias = graph.floats(node.input[2]);
  const [stride, strideX] = intsOf(node, 'strides') ?? [1, 1];
  const pads = intsOf(node, 'pads') ?? [0, 0, 0, 0];
  const isPlain =
    weights?.dims.length === 4 &&
    (node.input.length < 3 || bias !== undefined) &&
    stride === strideX &&
    stride! > 1 &&
    intOf(node, 'group', 1) === 1 &&
    (intsOf(node, 'dilations') ?? [1, 1]).every((step) => step === 1) &&
    node.attribute.every(({ name }) => !['output_padding', 'output_shape'].includes(name));
  if (!isPlain) return undefined;
  const [inputs, outputs, kernelRows, kernelColumns] = weights.dims as [
    number,
    number,
    number,
    number,
  ];
  const rows = subPixelRows(kernelRows, stride!, pads[0]!, pads[2]!);
  const columns = subPixelRows(kernelColumns, stride!, pads[1]!, pads[3]!);
  if (!rows || !columns) return undefined;
  const height = rows.last - rows.first + 1;
  const width = columns.last - columns.first + 1;
  const block = stride! * stride!;
  const kernel = new Float32Array(block * outputs * inputs * height * width);
  let at = 0;
  // DepthToSpace (DCR) reads channels as [row in block, column in block, channel].
  for (let r = 0; r < stride!; r++)
    for (let c = 0; c < stride!; c++)
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < inputs; i++)
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++, at++) {
              const row = rows.tap(r, rows.last - y);
              const column = columns.tap(c, columns.last - x);
              if (row === undefined || column === undefined) continue;
              const from = ((i * outputs + o) * kernelRows + row) * kernelColumns + column;
              kernel[at] = weights.values[from]!;
            }
  const name = node.input[1]!;
  const input = [
    node.input[0]!,
    graph.constant(`${name}.sub_pixels`, [block * outputs, inputs, height, width], kernel),
  ];
  if (bias) {
    const repeated = Float32Array.from(
      { length: block * outputs },
      (_, i) => bias.values[i % outputs]!,
    );
    input.push(graph.constant(`${node.input[2]}.sub_pixels`, [block * outputs], repeated));
  }
  const [output] = node.output as [string];
  const blocks = graph.fresh(`${output}_blocks`);
  return [
    graph.node('Conv', input, [blocks], {
      kernel_shape: [height, width],
      strides: [1, 1],
      dilations: [1, 1],
      pads: [rows.last, columns.last, -rows.first, -columns.first],
    }),
    graph.node('DepthToSpace', [blocks], [output], { blocksize: stride!, mode: 'DCR' }),
  ];
}
