/** Affinity of each point to its nearest ones: symmetric, sum 1. Row i is from `starts[i]` up to `starts[i + 1]`. */
export interface SparseAffinities {
  starts: Uint32Array;
  neighbours: Uint32Array;
  shares: Float64Array;
}

const maxSteps = 60;
const tolerance = 1e-5;

/**
 * For each point a normal distribution over its 3 * perplexity nearest points, with the width that gives the perplexity
 * (2 to the power of its entropy); then made symmetric.
 */
export function affinities(data: Float32Array, dims: number, perplexity: number): SparseAffinities {
  const count = data.length / dims;
  const reach = Math.min(count - 1, Math.max(1, Math.ceil(3 * perplexity)));
  const rows: Map<number, number>[] = Array.from({ length: count }, () => new Map());
  const order = new Uint32Array(count);
  const squared = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let d = 0; d < dims; d++) sum += (data[i * dims + d]! - data[j * dims + d]!) ** 2;
      squared[j] = sum;
      order[j] = j;
    }
    const nearest = [...order]
      .filter((j) => j !== i)
      .sort((a, b) => squared[a]! - squared[b]! || a - b);
    const kept = nearest.slice(0, reach);
    const shares = conditional(
      kept.map((j) => squared[j]!),
      perplexity,
    );
    for (const [place, j] of kept.entries()) {
      const half = shares[place]! / (2 * count);
      rows[i]!.set(j, (rows[i]!.get(j) ?? 0) + half);
      rows[j]!.set(i, (rows[j]!.get(i) ?? 0) + half);
    }
  }
  const starts = new Uint32Array(count + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = starts[i]! + row.size;
  return {
    starts,
    neighbours: Uint32Array.from(rows.flatMap((row) => [...row.keys()])),
    shares: Float64Array.from(rows.flatMap((row) => [...row.values()])),
  };
}

/** Shares of the nearest points by their squared distances; the width is found by bisection. */
function conditional(squared: readonly number[], perplexity: number): Float64Array {
  const wanted = Math.log(perplexity);
  // Relative to the nearest, because the exponentials of distant data would all be 0.
  const least = squared[0] ?? 0;
  const shares = new Float64Array(squared.length);
  let [beta, low, high] = [1 / Math.max(1e-12, (squared.at(-1) ?? 1) - least), 0, Infinity];
  for (let step = 0; step < maxSteps; step++) {
    let [sum, weighted] = [0, 0];
    for (const [place, value] of squared.entries()) {
      const share = Math.exp(-beta * (value - least));
      shares[place] = share;
      sum += share;
      weighted += share * (value - least);
    }
    const entropy = Math.log(sum) + (beta * weighted) / sum;
    for (let place = 0; place < shares.length; place++) shares[place]! /= sum;
    if (Math.abs(entropy - wanted) < tolerance) break;
    if (entropy > wanted) {
      low = beta;
      beta = high === Infinity ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
  return shares;
}
