import type { InputSpec } from '../../../src/bundle/input-spec.js';
import { type SaliencyMap, saliencyAt } from '../../../src/explanation/saliency-map.js';

/** A map's values at each pixel of a network's input, row-major. */
export function atInputPixels(map: SaliencyMap, { widthPx, heightPx }: InputSpec): Float32Array {
  const values = new Float32Array(widthPx * heightPx);
  for (let y = 0, i = 0; y < heightPx; y++)
    for (let x = 0; x < widthPx; x++, i++)
      values[i] = saliencyAt(map, (x + 0.5) / widthPx, (y + 0.5) / heightPx);
  return values;
}

/** Pixel indices, the most important first; ties keep their order. */
export function mostFirst(values: Float32Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Spearman's rank correlation, -1..1; ties share their mean rank. 0 if all values of one side are equal. */
export function rankCorrelation(a: Float32Array, b: Float32Array): number {
  const [first, second] = [ranksOf(a), ranksOf(b)];
  const mean = (a.length - 1) / 2;
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [first[i]! - mean, second[i]! - mean];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

function ranksOf(values: Float32Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((x, y) => values[x]! - values[y]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}
