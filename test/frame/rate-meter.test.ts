import { expect, test } from 'vitest';
import { RateMeter } from '../../src/frame/rate-meter.js';

const ms = (count: number) => BigInt(count) * 1_000_000n;

test('the recent rate is that of the last second: once nothing comes, it is 0', () => {
  const meter = new RateMeter();
  for (let event = 0; event <= 30; event++) meter.add(ms(event * 50));
  expect(meter.recentHz(ms(1500))).toBe(20);
  expect(meter.recentHz(ms(2400))).toBe(20);
  expect(meter.recentHz(ms(2600))).toBe(0);
  expect(meter.overallHz()).toBe(20);
  meter.add(ms(5000));
  meter.add(ms(5100));
  expect(meter.recentHz(ms(5100))).toBe(10);
});
