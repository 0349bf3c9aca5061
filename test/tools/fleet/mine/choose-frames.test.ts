import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseFrames } from '../../../../tools/fleet/mine/choose-frames.js';
import {
  type Candidate,
  type MiningReason,
  miningReasons,
} from '../../../../tools/fleet/mine/mining.js';

const candidate = (
  reason: MiningReason,
  drive: string,
  timeS: number,
  score: number,
  label?: string,
): Candidate => ({
  ...{ reason, drive, timeS, score, unit: drive, stampNs: BigInt(Math.round(timeS * 1e9)) },
  ...(label !== undefined && { label }),
});

const moments = (chosen: ReturnType<typeof chooseFrames>) =>
  chosen.map(({ drive, timeS }) => `${drive}@${timeS}`);

test('reasons take turns, each with its best, and a frame with two reasons is taken once', () => {
  const chosen = chooseFrames(
    [
      candidate('uncertain', 'a', 1, 2),
      candidate('uncertain', 'a', 9, 3),
      candidate('novel', 'b', 5, 0.4),
      candidate('novel', 'a', 9, 0.9),
    ],
    { count: 3, perDrive: 9, apartS: 2 },
  );
  expect(moments(chosen)).toEqual(['a@9', 'b@5', 'a@1']);
  expect(chosen[0]!.reasons).toEqual({ uncertain: 3, novel: 0.9 });
});

test('of rare labels each has its turn, the rarest first', () => {
  const rare = ['tram', 'tram', 'bus', 'stop'].map((label, place) =>
    candidate('rare', `d${place}`, place, label === 'tram' ? 9 : label === 'bus' ? 4 : 2, label),
  );
  const chosen = chooseFrames(rare, { count: 3, perDrive: 9, apartS: 0 });
  expect(chosen.map(({ labels }) => labels[0])).toEqual(['tram', 'bus', 'stop']);
});

test('no drive gives more than its share, and no two frames of one lie side by side, whatever the candidates', () => {
  const one = fc.record({
    reason: fc.constantFrom(...miningReasons),
    drive: fc.constantFrom('a', 'b', 'c'),
    timeS: fc.integer({ min: 0, max: 40 }),
    score: fc.double({ min: 0.01, max: 5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), (all) => {
      const candidates = all.map((each) =>
        candidate(each.reason, each.drive, each.timeS, each.score),
      );
      const chosen = chooseFrames(candidates, { count: 7, perDrive: 3, apartS: 4 });
      expect(chosen.length).toBeLessThanOrEqual(7);
      for (const drive of ['a', 'b', 'c']) {
        const times = chosen.filter((frame) => frame.drive === drive).map(({ timeS }) => timeS);
        expect(times.length).toBeLessThanOrEqual(3);
        for (const [i, a] of times.entries())
          for (const b of times.slice(i + 1)) expect(Math.abs(a - b)).toBeGreaterThanOrEqual(4);
      }
      if (candidates.length > 0) expect(chosen.length).toBeGreaterThan(0);
    }),
    { numRuns: 80 },
  );
});
