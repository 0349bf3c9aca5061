import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/pipeline/latency-histogram.js';

test('percentiles are within a tenth of a per cent of the sorted samples', () => {
  const durationMs = fc.double({ min: 0.001, max: 90_000, noNaN: true });
  fc.assert(
    fc.property(fc.array(durationMs, { minLength: 1, maxLength: 300 }), (samples) => {
      const histogram = new LatencyHistogram();
      for (const sample of samples) histogram.add(sample);
      const sorted = samples.toSorted((a, b) => a - b);
      const { p50, p95, p99, max, count } = histogram.summary();
      expect(count).toBe(samples.length);
      expect(max).toBeCloseTo(sorted.at(-1)!, 3);
      for (const [share, found] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        const expected = sorted[Math.ceil(share * sorted.length) - 1]!;
        // And half a microsecond, to which the summary rounds.
        expect(Math.abs(found - expected)).toBeLessThan(0.001 * expected + 0.0005);
      }
    }),
  );
});

test('nothing measured reads as zeros, and a clock that steps back as zero', () => {
  const histogram = new LatencyHistogram();
  expect(histogram.summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  histogram.add(-3);
  expect(histogram.summary()).toEqual({ count: 1, p50: 0, p95: 0, p99: 0, max: 0 });
});
