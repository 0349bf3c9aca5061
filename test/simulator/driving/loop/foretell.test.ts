import { expect, test } from 'vitest';
import { type CheckedFrame, foretell } from '../../../../simulator/driving/loop/foretell.js';

const how = { thresholdM: 1, beforeS: 4 };
/** Ten frames a second, quiet but for these spans. */
function frames(
  seconds: number,
  ...spans: (readonly [fromS: number, toS: number])[]
): CheckedFrame[] {
  return Array.from({ length: seconds * 10 }, (_, frame) => {
    const timeS = frame / 10;
    const isOff = spans.some(([from, to]) => timeS >= from - 1e-9 && timeS < to - 1e-9);
    return { timeS, disagreementM: isOff ? -1.4 : 0.2 };
  });
}

test('an alarm before an intervention is a hit, with the time that was left', () => {
  const told = foretell(frames(20, [8, 10]), [10], how);
  expect(told).toMatchObject({ hits: 1, interventions: 1, alarms: 1, falseAlarms: 0 });
  expect(told.medianLeadS).toBeCloseTo(1.8, 6);
  expect(told.framesAbove).toBeCloseTo(0.1, 6);
  expect(told.framesRight).toBe(1);
});

test('an alarm that nothing follows is false, an intervention without one is missed', () => {
  const told = foretell(frames(40, [5, 6], [20, 21]), [33], how);
  expect(told).toMatchObject({ hits: 0, interventions: 1, alarms: 2, falseAlarms: 2 });
  expect(told.medianLeadS).toBeUndefined();
  expect(told.framesRight).toBe(0);
});

test('one frame of disagreement is none, and unknown frames are no disagreement', () => {
  expect(foretell(frames(20, [8, 8.2]), [10], how)).toMatchObject({ alarms: 0, hits: 0 });
  const unknown = frames(20, [8, 10]).map(({ timeS }) => ({ timeS, disagreementM: undefined }));
  expect(foretell(unknown, [10], how)).toMatchObject({ alarms: 0, framesAbove: 0 });
});

test('after somebody took over, disagreement begins anew', () => {
  const told = foretell(frames(20, [8, 11]), [10, 15], how);
  // What is left of it after the first ends more than four seconds before the second.
  expect(told).toMatchObject({ hits: 1, alarms: 2, falseAlarms: 1 });
});
