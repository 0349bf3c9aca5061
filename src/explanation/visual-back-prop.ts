import { normalised, type SaliencyMap } from './saliency-map.js';

/** The output of one convolution, and how it slides over its input. */
export interface ConvolvedLayer {
  /** Mean over the channels after the activation, [rows, columns] row-major; below 0 counts as 0. */
  mean: Float32Array;
  rows: number;
  columns: number;
  kernel: readonly [rows: number, columns: number];
  stride: readonly [rows: number, columns: number];
  /** Rows of padding above and columns to the left. */
  padding: readonly [top: number, left: number];
}

/**
 * VisualBackProp (Bojarski et al. 2016, "VisualBackProp: efficient visualization of CNNs"): the mean map of the last
 * convolution is spread back over the places it was computed from and multiplied by the mean map there, layer by layer
 * down to the input. `layers` are in order from the input.
 */
export function visualBackProp(
  layers: readonly ConvolvedLayer[],
  input: { rows: number; columns: number },
): SaliencyMap {
  const last = layers.at(-1);
  if (last === undefined) throw new RangeError('expected at least one convolution, found none');
  let mask = Float32Array.from(last.mean, (value) => Math.max(0, value));
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const below = i === 0 ? input : layers[i - 1]!;
    mask = spreadBack(mask, layer, below);
    if (i > 0) {
      const { mean } = layers[i - 1]!;
      mask = mask.map((value, at) => value * Math.max(0, mean[at]!));
    }
  }
  return normalised({ rows: input.rows, columns: input.columns, values: mask });
}

/** Spreads each value to all places that its kernel covered: a transposed convolution with a kernel of ones. */
function spreadBack(
  mask: Float32Array,
  { rows, columns, kernel, stride, padding }: ConvolvedLayer,
  to: { rows: number; columns: number },
): Float32Array<ArrayBuffer> {
  const spread = new Float32Array(to.rows * to.columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = mask[row * columns + column]!;
      if (value === 0) continue;
      const [top, left] = [row * stride[0] - padding[0], column * stride[1] - padding[1]];
      const [fromRow, toRow] = [Math.max(0, top), Math.min(to.rows, top + kernel[0])];
      const [fromColumn, toColumn] = [Math.max(0, left), Math.min(to.columns, left + kernel[1])];
      for (let y = fromRow; y < toRow; y++)
        for (let x = fromColumn; x < toColumn; x++) spread[y * to.columns + x]! += value;
    }
  return spread;
}
