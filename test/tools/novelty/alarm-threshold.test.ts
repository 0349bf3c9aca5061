import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mulberry32 } from '../../../src/bundle/golden.js';
import {
  alarmsOf,
  alarmThreshold,
  heldMaxima,
  type JudgedDrive,
} from '../../../tools/novelty/alarm-threshold.js';

const limits = { threshold: 5, beginS: 1, endS: 2 };
/** Two frames a second. */
const driveOf = (distances: number[]): JudgedDrive => ({
  timesS: distances.map((_, at) => at / 2),
  distances,
});

test('an alarm begins once frames were novel for long enough, and another only after ordinary ones', () => {
  const calm = Array(8).fill(1);
  const brief = [...calm, 9, 9, ...calm];
  expect(alarmsOf(driveOf(brief), limits)).toEqual([]);
  const long = [...calm, 9, 9, 9, 1, 9, 9, ...calm, 9, 9, 9];
  expect(alarmsOf(driveOf(long), limits)).toEqual([5, 12]);
});

test('the largest distance that a stretch holds is the one at which it begins an alarm', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 4, maxLength: 10 }),
      (values) => {
        const drive = driveOf(values);
        const held = Math.max(...heldMaxima([drive], 1));
        const alarmsAt = (threshold: number) => alarmsOf(drive, { ...limits, threshold }).length;
        expect(alarmsAt(held)).toBeGreaterThan(0);
        expect(alarmsAt(held + 0.5)).toBe(0);
      },
    ),
  );
});

test('the threshold gives about the alarms that were wished for, also beyond what was held out', () => {
  const random = mulberry32(4);
  const minutes = (count: number) =>
    Array.from({ length: count }, () =>
      driveOf(Array.from({ length: 120 }, () => 10 - 2 * Math.log(1 - random()))),
    );
  const rateAt = (threshold: number, drives: readonly JudgedDrive[]) =>
    drives.flatMap((drive) => alarmsOf(drive, { ...limits, threshold })).length / drives.length;
  const many = minutes(400);
  for (const alarmsPerMinute of [1, 0.1]) {
    const threshold = alarmThreshold(minutes(8), { alarmsPerMinute, beginS: 1 });
    const rate = rateAt(threshold, many);
    // On the safe side: eight drives may have been lucky ones.
    expect(rate).toBeGreaterThan(alarmsPerMinute / 20);
    expect(rate).toBeLessThan(alarmsPerMinute * 1.5);
  }
});

test('too little held out is told', () => {
  expect(() => alarmThreshold([driveOf([1, 2, 3])], { alarmsPerMinute: 1, beginS: 1 })).toThrow(
    'novelty: expected a minute or more of held-out drives, found 5 s',
  );
});

test('a drive too short to be drawn alone still leaves a threshold', () => {
  const random = mulberry32(4);
  const long = driveOf(Array.from({ length: 300 }, () => 10 - 2 * Math.log(1 - random())));
  const short = driveOf([9, 9, 9]);
  const drives = [long, short, driveOf([]), driveOf([9])];
  const threshold = alarmThreshold(drives, { alarmsPerMinute: 0.1, beginS: 1 });
  expect(threshold).toBeGreaterThan(10);
});
