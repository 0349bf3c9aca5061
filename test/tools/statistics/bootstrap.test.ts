import { expect, test } from 'vitest';
import { bootstrapIntervals } from '../../../tools/statistics/bootstrap.js';

/** Share of ones among drawn groups of one value each. */
const shareOf = (values: readonly number[]) => (times: Uint32Array) => ({
  share: values.reduce((sum, value, i) => sum + value * times[i]!, 0) / values.length,
});

test('the interval of a share is the one that theory gives: p ± 1.96 sqrt(p (1 - p) / n)', () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 0 : 1));
  const [low, high] = bootstrapIntervals(values.length, shareOf(values))!['share']!;
  const half = 1.96 * Math.sqrt((0.8 * 0.2) / 400);
  expect(low).toBeGreaterThan(0.8 - half - 0.008);
  expect(low).toBeLessThan(0.8 - half + 0.008);
  expect(high).toBeGreaterThan(0.8 + half - 0.008);
  expect(high).toBeLessThan(0.8 + half + 0.008);
});

test('four frames of one sign are worth one: groups widen the interval as their number says', () => {
  const tracks = Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? 0 : 1));
  const [low, high] = bootstrapIntervals(tracks.length, shareOf(tracks))!['share']!;
  const frames = tracks.flatMap((value) => [value, value, value, value]);
  const [frameLow, frameHigh] = bootstrapIntervals(frames.length, shareOf(frames))!['share']!;
  expect((high - low) / (frameHigh - frameLow)).toBeGreaterThan(1.7);
  expect((high - low) / (frameHigh - frameLow)).toBeLessThan(2.3);
});

test('the same scores get the same interval, and one group gets none', () => {
  const values = [1, 0, 1, 1, 0, 1];
  const once = bootstrapIntervals(values.length, shareOf(values));
  expect(bootstrapIntervals(values.length, shareOf(values))).toEqual(once);
  expect(bootstrapIntervals(1, () => ({ share: 1 }))).toBeUndefined();
});

test('a score that a draw does not have is left out of that draw', () => {
  const [low, high] = bootstrapIntervals(3, (times) => ({
    rare: times[0]! > 0 ? 0.5 : Number.NaN,
  }))!['rare']!;
  expect([low, high]).toEqual([0.5, 0.5]);
});
