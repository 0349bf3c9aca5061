import { expect, test } from 'vitest';
import { Random } from '../../../simulator/world/random.js';

test('a seed gives the same numbers for ever', () => {
  const random = new Random(1000, 1);
  // Written down once: a change here changes every world, recording and data set.
  expect([random.next(), random.next(), random.integer(0, 999)]).toMatchInlineSnapshot(`
    [
      0.24570362595841289,
      0.537939284928143,
      90,
    ]
  `);
});

test('streams of one seed, and neighbouring seeds, have nothing in common', () => {
  const draw = (seed: number, stream: number): number[] => {
    const random = new Random(seed, stream);
    return Array.from({ length: 50 }, () => random.next());
  };
  const all = [draw(5, 0), draw(5, 1), draw(6, 0), draw(5 + 2 ** 32, 0)].flat();
  expect(new Set(all).size).toBe(all.length);
});

test('numbers fill their range evenly', () => {
  const random = new Random(9);
  const counts = new Array(10).fill(0);
  for (let i = 0; i < 20_000; i++) counts[random.integer(0, 9)]++;
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('weights decide how often an index is drawn', () => {
  const random = new Random(2);
  const counts = [0, 0, 0];
  for (let i = 0; i < 4000; i++) counts[random.weighted([1, 0, 3])]!++;
  expect(counts[1]).toBe(0);
  expect(counts[2]! / counts[0]!).toBeGreaterThan(2.5);
  expect(counts[2]! / counts[0]!).toBeLessThan(3.5);
});
