import { expect, test } from 'vitest';
import { FleetAccount } from '../../../tools/fleet/fleet-account.js';
import { type FleetProgress, ProgressMeter } from '../../../tools/fleet/fleet-progress.js';

function meter(units: number) {
  const account = new FleetAccount();
  const told: FleetProgress[] = [];
  let nowMs = 0;
  const progress = new ProgressMeter(
    units,
    account,
    (one) => told.push(one),
    () => nowMs,
  );
  const fail = (name: string) => {
    const about = { format: 1 as const, key: name, run: 'r', name, drive: name, reason: '' };
    account.add({ kind: 'failed', failure: { ...about, kind: 'input', tries: 1 }, isNew: true });
    progress.ended(name);
  };
  return { progress, told, fail, at: (ms: number) => (nowMs = ms) };
}

test('a worker alone takes as long for the rest as for what it has done', () => {
  const { progress, told, fail, at } = meter(10);
  progress.began('a');
  at(4000);
  fail('a');
  expect(told.at(-1)).toMatchObject({ units: 10, done: 0, failed: 1, remainingS: 36 });
});

test('a worker on a queue tells by what all of them have done', () => {
  const { progress, told, fail, at } = meter(100);
  progress.began('a', 100);
  progress.frame('a', 1);
  expect(told.at(-1)).toMatchObject({ done: 0, remainingS: undefined });
  at(10_000);
  fail('a');
  // Meanwhile others did nine.
  progress.began('b', 90);
  progress.frame('b', 1);
  expect(told.at(-1)).toMatchObject({ units: 100, done: 9, failed: 1, remainingS: 90 });
});
