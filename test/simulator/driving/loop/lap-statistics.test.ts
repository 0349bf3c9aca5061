import fc from 'fast-check';
import { expect, test } from 'vitest';
import { autonomy } from '../../../../simulator/driving/loop/autonomy.js';
import { LapStatistics } from '../../../../simulator/driving/loop/lap-statistics.js';

test('autonomy is that of DAVE-2: ten interventions in ten minutes are 90 per cent', () => {
  expect(autonomy(10, 600)).toBeCloseTo(90, 12);
  expect(autonomy(0, 600)).toBe(100);
  expect(autonomy(1, 0)).toBe(0);
});

test('autonomy stays within 0 and 100 and falls with every intervention', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 1, max: 7200, noNaN: true }), (count, elapsedS) => {
      const share = autonomy(count, elapsedS);
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(100);
      expect(autonomy(count + 1, elapsedS)).toBeLessThanOrEqual(share);
    }),
  );
});

test('offsets count to both sides, and the 95th percentile is the 19th of 20', () => {
  const statistics = new LapStatistics();
  for (let i = 1; i <= 20; i++) statistics.add(i % 2 === 0 ? i / 100 : -i / 100, 0.01, 0, 0.05);
  const { meanOffsetM, p95OffsetM, meanHeadingErrorRad, jerkP95 } = statistics.quality;
  expect(meanOffsetM).toBeCloseTo(0.105, 12);
  expect(p95OffsetM).toBe(0.19);
  expect(meanHeadingErrorRad).toBeCloseTo(0.01, 12);
  expect(jerkP95).toBe(0);
});

test('jerk is the change of sideways acceleration, but for the moment of an intervention', () => {
  const statistics = new LapStatistics();
  statistics.add(0, 0, 1, 0.1);
  statistics.add(0, 0, 1.2, 0.1);
  statistics.breakOff();
  statistics.add(0, 0, -5, 0.1);
  statistics.add(0, 0, -5.1, 0.1);
  expect(statistics.quality.jerkP95).toBeCloseTo(2, 9);
});
