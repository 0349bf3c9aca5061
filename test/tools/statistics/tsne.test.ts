import { expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import { QuadTree } from '../../../tools/statistics/quad-tree.js';
import { trustworthiness } from '../../../tools/statistics/trustworthiness.js';
import { tsne } from '../../../tools/statistics/tsne.js';
import { repulsionExactly } from '../../../tools/statistics/tsne-exact.js';

const dims = 8;
const clusters = 4;

/** Points around corners that are far from each other; point i belongs to cluster i % 4. */
function clustered(count: number): Float32Array {
  const random = mulberry32(7);
  return Float32Array.from({ length: count * dims }, (_, at) => {
    const [point, dim] = [Math.floor(at / dims), at % dims];
    return (dim === point % clusters ? 5 : 0) + random();
  });
}

/** Share of points whose nearest point on the map is of their own cluster. */
function purity(places: Float64Array): number {
  const count = places.length / 2;
  let pure = 0;
  for (let i = 0; i < count; i++) {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let j = 0; j < count; j++) {
      const far = Math.hypot(
        places[2 * i]! - places[2 * j]!,
        places[2 * i + 1]! - places[2 * j + 1]!,
      );
      if (j !== i && far < least) [best, least] = [j, far];
    }
    if (best % clusters === i % clusters) pure++;
  }
  return pure / count;
}

test.each([
  ['every pair', 0],
  ['a tree', 0.5],
])('by %s, what is near in the data is near on the map', (_, theta) => {
  const data = clustered(100);
  const places = tsne(data, dims, { perplexity: 10, iterations: 300, theta });
  expect(purity(places)).toBe(1);
  const trusted = trustworthiness(data, dims, places, 5);
  expect(trusted).toBeGreaterThan(0.9);
  // Points thrown anywhere are not trusted.
  const random = mulberry32(3);
  expect(
    trustworthiness(
      data,
      dims,
      places.map(() => random()),
      5,
    ),
  ).toBeLessThan(0.6);
});

test('the tree gives the repulsion of every pair where it may take nothing together, and nearly so else', () => {
  const random = mulberry32(5);
  const places = Float64Array.from({ length: 400 }, () => random() * 10);
  // Points on each other have no distance that would part them.
  places.set([1, 1, 1, 1, 1, 1], 0);
  const exact = new Float64Array(400);
  const sum = repulsionExactly(places, exact);
  const [fine, coarse] = [new Float64Array(400), new Float64Array(400)];
  const tree = new QuadTree(places);
  expect(tree.repulsion(1e-9, fine)).toBeCloseTo(sum, 6);
  fine.forEach((value, i) => {
    expect(value).toBeCloseTo(exact[i]!, 8);
  });
  expect(Math.abs(tree.repulsion(0.5, coarse) / sum - 1)).toBeLessThan(0.02);
  expect(coarse).not.toEqual(fine);
});

test('the same seed gives the same map, and few points give one too', () => {
  const data = clustered(12);
  const options = { perplexity: 3, iterations: 50 };
  expect(tsne(data, dims, options)).toEqual(tsne(data, dims, options));
  expect(tsne(data.subarray(0, dims), dims)).toHaveLength(2);
  for (const value of tsne(new Float32Array(10 * dims), dims, options))
    expect(value).toBeTypeOf('number');
  expect(tsne(new Float32Array(10 * dims), dims, options).every(Number.isFinite)).toBe(true);
});

test('a map that is the data itself is trusted wholly', () => {
  const random = mulberry32(9);
  const data = Float32Array.from({ length: 60 }, () => random());
  expect(trustworthiness(data, 2, Float64Array.from(data), 4)).toBe(1);
  // By hand: on a line of six points the two ends change places. Ranks of the nearest on the map: 4, 5, 1, 1, 1, 4.
  const line = Float32Array.from([0, 1, 3, 7, 15, 31].flatMap((x) => [x, 0]));
  const turned = Float64Array.from([31, 1, 3, 7, 15, 0].flatMap((x) => [x, 0]));
  expect(trustworthiness(line, 2, turned, 1)).toBeCloseTo(1 - (2 * 10) / (6 * 1 * (12 - 3 - 1)), 9);
});
