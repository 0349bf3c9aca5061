import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LatencyWindow } from '../../src/pipeline/latency-window.js';

test('percentiles are those of the samples that are young enough, by nearest rank', () => {
  const sample = fc.record({
    afterNs: fc.bigInt({ min: 0n, max: 30n }),
    ms: fc.double({ min: 0, max: 1000, noNaN: true }),
  });
  const share = fc.constantFrom(0.5, 0.95, 0.99, 1);
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 120 }), share, (samples, wanted) => {
      const window = new LatencyWindow(100n);
      const all: { timeNs: bigint; ms: number }[] = [];
      let nowNs = 0n;
      for (const { afterNs, ms } of samples) {
        nowNs += afterNs;
        window.add(nowNs, ms);
        all.push({ timeNs: nowNs, ms });
        const young = all.filter(({ timeNs }) => nowNs - timeNs <= 100n).map((one) => one.ms);
        young.sort((a, b) => a - b);
        const expected = young[Math.ceil(wanted * young.length) - 1];
        expect(window.percentileMs(wanted, nowNs)).toBe(expected);
      }
    }),
  );
});

test('a window that has run empty knows nothing', () => {
  const window = new LatencyWindow(100n);
  expect(window.percentileMs(0.99, 0n)).toBeUndefined();
  window.add(0n, 5);
  expect(window.percentileMs(0.99, 100n)).toBe(5);
  expect(window.percentileMs(0.99, 101n)).toBeUndefined();
});

test('more samples than there is room for push out the oldest', () => {
  const window = new LatencyWindow(1_000_000n);
  window.add(0n, 1e6);
  for (let i = 1; i <= 5000; i++) window.add(BigInt(i), i);
  expect(window.percentileMs(1, 5000n)).toBe(5000);
});
