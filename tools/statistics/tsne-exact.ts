/**
 * The repulsion of every pair of points on a plane, with Student's t distribution: adds q² (yᵢ - yⱼ) to `repulsion`, with
 * q = 1 / (1 + |yᵢ - yⱼ|²), and returns the sum of q over all ordered pairs.
 */
export function repulsionExactly(places: Float64Array, repulsion: Float64Array): number {
  const count = places.length / 2;
  let sum = 0;
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const dx = places[2 * i]! - places[2 * j]!;
      const dy = places[2 * i + 1]! - places[2 * j + 1]!;
      const q = 1 / (1 + dx * dx + dy * dy);
      const force = q * q;
      repulsion[2 * i]! += force * dx;
      repulsion[2 * i + 1]! += force * dy;
      repulsion[2 * j]! -= force * dx;
      repulsion[2 * j + 1]! -= force * dy;
      sum += 2 * q;
    }
  return sum;
}
