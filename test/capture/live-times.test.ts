import { expect, test } from 'vitest';
import { LiveTimes } from '../../src/capture/live-times.js';

const ms = (value: number) => BigInt(Math.round(value * 1e6));
const stream = (value: number) => ({ timeNs: ms(value), clock: 'stream' as const });
const driver = (value: number) => ({ timeNs: ms(value), clock: 'monotonic' as const });

test("a stream's stamps give even times whatever the network does to arrivals", () => {
  const times = new LiveTimes();
  const late = [0, 12, 3, 30, 1, 0, 25, 8];
  const taken = late.map((lateMs, i) => times.take(stream(i * 40), ms(1000 + i * 40 + lateMs)));
  expect(taken.map(({ captureTimeNs }) => captureTimeNs)).toEqual(
    late.map((_, i) => ms(1000 + i * 40)),
  );
  expect(new Set(taken.map(({ timeSource }) => timeSource))).toEqual(new Set(['stream']));
});

test("a driver's stamps on our clock are taken as they are; those of another clock are mapped", () => {
  const times = new LiveTimes();
  expect(times.take(driver(990), ms(1000))).toEqual({
    captureTimeNs: ms(990),
    timeSource: 'driver',
    isTimeRepaired: false,
  });
  expect(times.take(driver(1e9), ms(1040))).toMatchObject({
    captureTimeNs: ms(1040),
    timeSource: 'stream',
  });
});

test('without a stamp the time is the arrival', () => {
  const times = new LiveTimes();
  expect(times.take(undefined, ms(5))).toEqual({
    captureTimeNs: ms(5),
    timeSource: 'arrival',
    isTimeRepaired: false,
  });
});

test('a repeated or backward stamp is repaired and said; times ascend throughout', () => {
  const times = new LiveTimes();
  const stamps = [0, 40, 40, 80, 60, 120, 160];
  const taken = stamps.map((stamp, i) => times.take(stream(stamp), ms(1000 + i * 40)));
  expect(taken.map(({ isTimeRepaired }) => isTimeRepaired)).toEqual([
    false,
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  for (let i = 1; i < taken.length; i++)
    expect(taken[i]!.captureTimeNs).toBeGreaterThan(taken[i - 1]!.captureTimeNs);
});

test('a camera that starts its clock anew is followed at once', () => {
  const times = new LiveTimes();
  times.take(stream(100_000), ms(1000));
  times.take(stream(100_040), ms(1040));
  expect(times.take(stream(0), ms(1080))).toMatchObject({ isTimeRepaired: true });
  expect(times.take(stream(40), ms(1120))).toMatchObject({
    captureTimeNs: ms(1120),
    isTimeRepaired: false,
  });
});

test('a stream whose clock runs slow is followed within two windows', () => {
  const times = new LiveTimes();
  let last = 0n;
  // 0.1 % slow: after 60 s its stamps are 60 ms behind.
  for (let i = 0; i <= 600; i++)
    last = times.take(stream(i * 99.9), ms(1000 + i * 100)).captureTimeNs;
  expect(Number(ms(61_000) - last) / 1e6).toBeLessThan(21);
  expect(last).toBeLessThanOrEqual(ms(61_000));
});
