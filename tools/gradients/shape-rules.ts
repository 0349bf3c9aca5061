import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intOf, intsOf } from '../../src/onnx/network-graph.js';
import { textOf } from './attributes.js';
import { type BackwardBuilder, type BackwardRule, single } from './backward-builder.js';

const asBefore: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => b.op('Reshape', [gradient, b.ints(b.shapeOf(input))]));
});

const transpose: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  const rank = b.shapeOf(input).length;
  const perm = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const back = perm.map((_, axis) => perm.indexOf(axis));
  b.send(input, () => b.op('Transpose', [gradient], { perm: back }));
});

const fromFront = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

const slice = (b: BackwardBuilder, value: string, axis: number, start: number, end: number) =>
  b.op('Slice', [value, b.ints([start]), b.ints([end]), b.ints([axis])]);

const concat: BackwardRule = single((b, node, gradient) => {
  const axis = fromFront(intOf(node, 'axis', 0), b.shapeOf(node.output[0]!).length);
  let start = 0;
  for (const name of node.input) {
    const size = b.shapeOf(name)[axis]!;
    const from = start;
    b.send(name, () => slice(b, gradient, axis, from, from + size));
    start += size;
  }
});

const split: BackwardRule = (b, node, gradients) => {
  const [input] = node.input as [string];
  if (gradients.every((gradient) => gradient === undefined)) return;
  b.send(input, () => {
    const parts = node.output.map(
      (name, i) => gradients[i] ?? b.op('ConstantOfShape', [b.ints(b.shapeOf(name))]),
    );
    return b.op('Concat', parts, { axis: intOf(node, 'axis', 0) });
  });
};

/** Adds up gradients at the indices along one axis from which their values were taken. */
function scatter(
  b: BackwardBuilder,
  gradient: string,
  shape: readonly number[],
  axis: number,
  places: readonly number[],
): string {
  const from = shape.map((size, i) => (i === axis ? places.length : size));
  const along = shape.map((_, i) => (i === axis ? places.length : 1));
  const index = b.constant('places', along, BigInt64Array.from(places, BigInt));
  return b.op(
    'ScatterElements',
    [b.op('ConstantOfShape', [b.ints(shape)]), b.op('Expand', [index, b.ints(from)]), gradient],
    { axis, reduction: 'add' },
  );
}

/** Axis by axis, the last one first: each sees the shape that the previous ones left. */
const sliceRule: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const starts = b.numbersOf(node, 1) ?? intsOf(node, 'starts') ?? [];
    const ends = b.numbersOf(node, 2) ?? intsOf(node, 'ends') ?? [];
    const axes = b.numbersOf(node, 3) ?? intsOf(node, 'axes') ?? starts.map((_, i) => i);
    const steps = b.numbersOf(node, 4) ?? starts.map(() => 1);
    const cuts = axes.map((axis, i) => {
      const at = fromFront(axis, shape.length);
      return { at, places: placesOf(shape[at]!, starts[i]!, ends[i]!, steps[i]!) };
    });
    const grown = [...b.shapeOf(node.output[0]!)];
    let whole = gradient;
    for (const { at, places } of cuts) {
      grown[at] = shape[at]!;
      if (places.length !== shape[at]! || places[0] !== 0)
        whole = scatter(b, whole, [...grown], at, places);
    }
    return whole;
  });
});

/** The indices that a slice takes along an axis, clamped as the specification says. */
function placesOf(size: number, start: number, end: number, step: number): number[] {
  const within = (value: number, low: number, high: number) =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const places: number[] = [];
  if (step > 0) {
    const last = within(end, 0, size);
    for (let i = within(start, 0, size); i < last; i += step) places.push(i);
  } else {
    const last = end < -size ? -1 : within(end, -1, size - 1);
    for (let i = within(start, 0, size - 1); i > last; i += step) places.push(i);
  }
  return places;
}

const gather: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const axis = fromFront(intOf(node, 'axis', 0), shape.length);
    const places = b.numbersOf(node, 1)!;
    const from = shape.map((size, i) => (i === axis ? places.length : size));
    const flat = b.op('Reshape', [gradient, b.ints(from)]);
    return scatter(
      b,
      flat,
      shape,
      axis,
      places.map((place) => fromFront(place, shape[axis]!)),
    );
  });
});

const pad: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  if (textOf(node, 'mode', 'constant') !== 'constant') throw b.unknown(node, ' that mirrors');
  b.send(input, () => {
    const shape = b.shapeOf(input);
    const pads = b.numbersOf(node, 1) ?? intsOf(node, 'pads');
    if (pads === undefined || pads.length !== 2 * shape.length)
      throw b.unknown(node, ' of some axes only');
    const starts = pads.slice(0, shape.length);
    const ends = shape.map((size, axis) => starts[axis]! + size);
    return b.op('Slice', [gradient, b.ints(starts), b.ints(ends)]);
  });
});

const expand: BackwardRule = single((b, node, gradient) => {
  const [input] = node.input as [string];
  b.send(input, () => b.unbroadcast(gradient, b.shapeOf(node.output[0]!), input));
});

const depthToSpace: BackwardRule = single((b, node, gradient) => {
  if (textOf(node, 'mode', 'DCR') !== 'DCR') throw b.unknown(node, ' in the order CRD');
  b.send(node.input[0], () =>
    b.op('SpaceToDepth', [gradient], { blocksize: intOf(node, 'blocksize', 1) }),
  );
});

const spaceToDepth = single((b: BackwardBuilder, node: NodeProto, gradient: string) => {
  b.send(node.input[0], () =>
    b.op('DepthToSpace', [gradient], { blocksize: intOf(node, 'blocksize', 1) }),
  );
});

/** Derivatives of operators that only move values. */
export const shapeRules: Readonly<Record<string, BackwardRule>> = {
  Reshape: asBefore,
  Flatten: asBefore,
  Squeeze: asBefore,
  Unsqueeze: asBefore,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: sliceRule,
  Gather: gather,
  Pad: pad,
  Expand: expand,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
