import type { NodeProto } from '../../src/onnx/gen/onnx_pb.js';
import { intsOf } from '../../src/onnx/network-graph.js';

/** A float among a node's attributes, or its default. */
export function floatOf(node: NodeProto, name: string, otherwise: number): number {
  const attribute = node.attribute.find((entry) => entry.name === name);
  return attribute ? attribute.f : otherwise;
}

/** A string among a node's attributes, or its default. */
export function textOf(node: NodeProto, name: string, otherwise: string): string {
  const attribute = node.attribute.find((entry) => entry.name === name);
  return attribute ? new TextDecoder().decode(attribute.s) : otherwise;
}

/** How a window slides over the spatial axes; `pads` lists all beginnings, then all ends. */
export interface Window {
  kernel_shape: number[];
  strides: number[];
  dilations: number[];
  pads: number[];
}

/** A window's attributes with ONNX' defaults; `auto_pad` is computed from the input and output sizes. */
export function windowOf(
  node: NodeProto,
  kernel: readonly number[],
  inSizes: readonly number[],
  outSizes: readonly number[],
): Window {
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides') ?? ones;
  const dilations = intsOf(node, 'dilations') ?? ones;
  const autoPad = textOf(node, 'auto_pad', 'NOTSET');
  let pads = intsOf(node, 'pads') ?? kernel.flatMap(() => [0, 0]);
  if (autoPad.startsWith('SAME')) {
    const totals = kernel.map((size, axis) => {
      const reach = (outSizes[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1;
      return Math.max(0, reach - inSizes[axis]!);
    });
    const smaller = totals.map((total) => total >> 1);
    const larger = totals.map((total, axis) => total - smaller[axis]!);
    pads = autoPad === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
  }
  return { kernel_shape: [...kernel], strides, dilations, pads };
}
