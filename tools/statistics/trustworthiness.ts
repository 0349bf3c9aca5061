/**
 * How far neighbours on a map are neighbours in the data, 0 to 1: false neighbours are penalised by their
 * rank (Venna and Kaski 2001; as scikit-learn's `trustworthiness`). `count` neighbours of each point are examined.
 */
export function trustworthiness(
  data: Float32Array,
  dims: number,
  places: Float64Array,
  count: number,
): number {
  const points = data.length / dims;
  let charge = 0;
  for (let i = 0; i < points; i++) {
    const ranked = ranks(points, i, (j) => {
      let sum = 0;
      for (let d = 0; d < dims; d++) sum += (data[i * dims + d]! - data[j * dims + d]!) ** 2;
      return sum;
    });
    const onMap = ranks(
      points,
      i,
      (j) =>
        (places[2 * i]! - places[2 * j]!) ** 2 + (places[2 * i + 1]! - places[2 * j + 1]!) ** 2,
    );
    for (let j = 0; j < points; j++)
      if (j !== i && onMap[j]! <= count) charge += Math.max(0, ranked[j]! - count);
  }
  return 1 - (2 * charge) / (points * count * (2 * points - 3 * count - 1));
}

/** Rank of every other point by its distance, from 1. */
function ranks(points: number, self: number, distance: (j: number) => number): Uint32Array {
  const distances = Float64Array.from({ length: points }, (_, j) => distance(j));
  const others = Array.from({ length: points }, (_, j) => j).filter((j) => j !== self);
  others.sort((a, b) => distances[a]! - distances[b]! || a - b);
  const rank = new Uint32Array(points);
  for (const [place, j] of others.entries()) rank[j] = place + 1;
  return rank;
}
