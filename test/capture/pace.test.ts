import { expect, test } from 'vitest';
import { Pace } from '../../src/capture/pace.js';

const second = 1_000_000_000n;

/** When frames at these source times are due, seconds after the first, and what is said; at 20 frames a second. */
function pace(sourceTimesS: readonly number[], rateFactor = 1) {
  const taker = new Pace(rateFactor, 20);
  const nowNs = 5n * second;
  const notes: string[] = [];
  const dueS = sourceTimesS.map((timeS, id) => {
    const sourceTimeNs = BigInt(Math.round(timeS * 1e9));
    const { dueNs, note } = taker.take({ id, sourceTimeNs, stampNs: 0n }, nowNs);
    if (note !== undefined) notes.push(note);
    return Number(dueNs - nowNs) / 1e9;
  });
  return { dueS, notes };
}

test('frames are due at their own times, in fewer seconds where a drive is played faster', () => {
  expect(pace([0, 0.05, 0.1, 3])).toEqual({ dueS: [0, 0.05, 0.1, 3], notes: [] });
  expect(pace([0, 0.05, 0.1, 3], 2)).toEqual({ dueS: [0, 0.025, 0.05, 1.5], notes: [] });
});

test('a gap that no drive has is named and played as one frame', () => {
  const { dueS, notes } = pace([0, 0.05, 3600.1, 3600.15]);
  expect(dueS).toEqual([0, 0.05, 0.1, expect.closeTo(0.15)]);
  expect(notes).toEqual([expect.stringContaining('frame 2 comes 60 min after')]);
});

test('a first stamp of zero does not make the second frame wait for fifty years', () => {
  const { dueS, notes } = pace([0, 1.7e9, 1.7e9 + 0.05]);
  expect(dueS).toEqual([0, 0.05, expect.closeTo(0.1)]);
  expect(notes).toEqual([expect.stringContaining('days after')]);
});

test('times that do not advance, or run back, are played at the nominal rate and said once', () => {
  const same = pace([7, 7, 7, 7]);
  expect(same.dueS).toEqual([0, 0.05, 0.1, 0.15].map((s) => expect.closeTo(s)));
  expect(same.notes).toHaveLength(1);
  const back = pace([10, 10.05, 2, 2.05]);
  expect(back.dueS).toEqual([0, 0.05, 0.1, 0.15].map((s) => expect.closeTo(s)));
  expect(back.notes).toEqual([expect.stringContaining('frame 2 is 8.05 s before')]);
});
