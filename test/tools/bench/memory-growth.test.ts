import { expect, test } from 'vitest';
import { memoryGrowth } from '../../../tools/bench/memory-growth.js';

const mib = 2 ** 20;
const samples = (rssAt: (frames: number) => number) =>
  Array.from({ length: 100 }, (_, index) => ({
    frames: index * 20,
    rssBytes: rssAt(index * 20),
    heapUsedBytes: 0,
    arrayBuffersBytes: 5 * mib,
  }));

test('tells a leak by the thousand frames and as a share', () => {
  const growth = memoryGrowth(samples((frames) => 400 * mib + frames * 1024))!;
  expect(growth.rssBytesPer1000Frames).toBeCloseTo(1000 * 1024);
  expect(growth.rssShare).toBeCloseTo((growth.frames * 1024) / growth.rssBytesAtStart);
  expect(growth.arrayBuffersBytesPer1000Frames).toBe(0);
});

test('is not misled by garbage that comes and goes, nor by one sample at the edge', () => {
  const steady = memoryGrowth(
    samples(
      (frames) => 400 * mib + ((frames / 20) % 5) * 8 * mib + (frames === 1980 ? 900 * mib : 0),
    ),
  )!;
  expect(Math.abs(steady.rssShare)).toBeLessThan(0.01);
});

test('says nothing of a run that was too short', () => {
  expect(memoryGrowth(samples(() => mib).slice(0, 3))).toBeUndefined();
});
