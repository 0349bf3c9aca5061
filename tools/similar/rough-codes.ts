/**
 * Codes with 8 bits per number, a quarter of their bytes: enough to exclude most frames as too far away without
 * reading their exact codes.
 */
export interface RoughCodes {
  /** Row-major, as the codes are; a code is about `scale` times its row. */
  values: Int8Array;
  scale: number;
  /** Largest Euclidean distance of a code from `scale` times its row. */
  error: number;
}

/** Values that are not finite become 0; their rows are useless but do not disturb the others. */
export function roughen(codes: Float32Array, dims: number): RoughCodes {
  let largest = 0;
  for (const value of codes)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const scale = largest / 127;
  // If all values are 0, so is the scale: any other would suggest a size that they do not have.
  const values = Int8Array.from(codes, (value) =>
    Number.isFinite(value) && scale > 0 ? Math.round(value / scale) : 0,
  );
  let worst = 0;
  for (let base = 0; base < codes.length; base += dims) {
    let sum = 0;
    for (let at = base; at < base + dims; at++) sum += (codes[at]! - scale * values[at]!) ** 2;
    if (sum > worst && Number.isFinite(sum)) worst = sum;
  }
  return { values, scale, error: Math.sqrt(worst) };
}

/** A query's code with up to 16 bits per number: `scale` times `values` is at most `error` from it. */
export interface RoughQuery {
  values: Int16Array;
  scale: number;
  /** Euclidean length of `scale` times `values`. */
  length: number;
  error: number;
}

const most31Bits = 2 ** 31 - 1;

/** As precise as possible while sums of its products with 8-bit numbers fit in 31 bits. `query` is finite. */
export function roughenQuery(query: Float32Array): RoughQuery {
  const most = Math.min(32_767, Math.floor(most31Bits / (128 * query.length)));
  const largest = query.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
  const scale = largest / most;
  const values = Int16Array.from(query, (value) => (scale > 0 ? Math.round(value / scale) : 0));
  return {
    values,
    scale,
    length: scale * Math.hypot(...values),
    error: Math.hypot(...Array.from(query, (value, d) => value - scale * values[d]!)),
  };
}

/** Rounding error of 32- and 64-bit numbers in a bound, relative to the compared lengths. */
const strays = 1e-6;

/** Factors from which the bounds of some codes against a query are computed. */
export function boundFactors({ scale, error }: RoughCodes, dims: number, query: RoughQuery) {
  const longest = 128 * scale * Math.sqrt(dims);
  return {
    scale: scale * scale,
    crossScale: 2 * scale * query.scale,
    queryNorm: query.length ** 2,
    error: error + query.error + strays * (longest + query.length),
  };
}

/**
 * For each row a lower bound of its exact code's distance, float32. With x = s q + e and y = t r + f, the triangle
 * inequality gives |x - y| >= |s q - t r| - |e| - |f|. This is the definition; `RoughScan` does the same in
 * WebAssembly.
 */
export function lowerBoundsPlainly(
  codes: RoughCodes,
  dims: number,
  query: RoughQuery,
  bounds: Float32Array,
): void {
  const { scale, crossScale, queryNorm, error } = boundFactors(codes, dims, query);
  const { values } = codes;
  for (let row = 0, base = 0; base < values.length; row++, base += dims) {
    let product = 0;
    let own = 0;
    for (let d = 0; d < dims; d++) {
      product += values[base + d]! * query.values[d]!;
      own += values[base + d]! ** 2;
    }
    const square = scale * own - crossScale * product + queryNorm;
    bounds[row] = Math.max(0, Math.sqrt(Math.max(0, square)) - error);
  }
}
