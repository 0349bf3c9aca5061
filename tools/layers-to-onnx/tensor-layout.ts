/** Spatial padding in ONNX's order: top, left, bottom, right; pixels. */
export type Pads = [number, number, number, number];

/**
 * TensorFlow's SAME padding for one axis: output = ceil(input / stride), an odd pixel goes at the end.
 * Returns pixels before and after.
 */
function samePadding(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
): [number, number] {
  const extent = (kernel - 1) * dilation + 1;
  const output = Math.ceil(input / stride);
  const total = Math.max(0, (output - 1) * stride + extent - input);
  return [total >> 1, total - (total >> 1)];
}

/** Explicit pads of a convolution or pooling on an input of [rows, columns]. */
export function padsOf(
  padding: string,
  input: readonly [number, number],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number] = [1, 1],
): Pads {
  if (padding !== 'same') return [0, 0, 0, 0];
  const [top, bottom] = samePadding(input[0], kernel[0], strides[0], dilations[0]);
  const [left, right] = samePadding(input[1], kernel[1], strides[1], dilations[1]);
  return [top, left, bottom, right];
}

/** A feature map's shape: [rows, columns, channels] of tf.layers to [channels, rows, columns] of ONNX. */
export function channelsFirst(shape: number[]): number[] {
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : shape;
}

/** Reorders a row-major tensor's axes; returns a new array. */
export function transposed(values: Float32Array, shape: number[], perm: number[]): Float32Array {
  const outShape = perm.map((axis) => shape[axis]!);
  const stridesIn = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    stridesIn[axis] = stridesIn[axis + 1]! * shape[axis + 1]!;
  }
  const steps = perm.map((axis) => stridesIn[axis]!);
  const out = new Float32Array(values.length);
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  for (let target = 0; target < out.length; target++) {
    out[target] = values[source]!;
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += steps[axis]!;
      if (index[axis]! < outShape[axis]!) break;
      source -= steps[axis]! * outShape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** tf.layers' kernel axes to ONNX's, by layer class; classes not named keep their order. */
export const kernelPermutation: Readonly<Record<string, number[]>> = {
  /** [rows, columns, in, out] -> [out, in, rows, columns] */
  Conv2D: [3, 2, 0, 1],
  /** [rows, columns, out, in] -> [in, out, rows, columns] */
  Conv2DTranspose: [3, 2, 0, 1],
  /** [rows, columns, in, multiplier] -> [in, multiplier, rows, columns]; multiplier 1 only */
  DepthwiseConv2D: [2, 3, 0, 1],
};

/** The permutation that undoes another. */
export function inversePermutation(perm: number[]): number[] {
  const inverse = new Array<number>(perm.length);
  perm.forEach((axis, position) => {
    inverse[axis] = position;
  });
  return inverse;
}
