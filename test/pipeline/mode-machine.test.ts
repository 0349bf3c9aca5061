import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ModeRule, type ModeState, nextMode } from '../../src/pipeline/mode-machine.js';

const rule: ModeRule = { count: 2, beginAt: 0.9, endAt: 0.7, dwellNs: 100n };

describe('a mode', () => {
  test.each([
    ['begins when the p99 reaches its share of the budget', 0, 0.9, 100n, 1],
    ['does not begin below it', 0, 0.89, 100n, 0],
    ['does not begin before the dwell time is over', 0, 5, 99n, 0],
    ['is followed by the next where it is not enough', 1, 0.95, 100n, 2],
    ['stays between the two shares', 1, 0.8, 100n, 1],
    ['ends when the p99 has fallen to the lower share', 1, 0.7, 100n, 0],
    ['is left one step at a time', 2, 0, 1000n, 1],
    ['is the last one at the worst', 2, 50, 100n, 2],
    ['is never below full operation', 0, 0, 100n, 0],
  ])('%s', (_, level, pressure, nowNs, expected) => {
    expect(nextMode({ level, sinceNs: 0n }, pressure, nowNs, rule).level).toBe(expected);
  });

  test('stays while nothing is known', () => {
    const state = { level: 1, sinceNs: 0n };
    expect(nextMode(state, undefined, 10_000n, rule)).toBe(state);
  });
});

const looks = fc.array(
  fc.record({
    afterNs: fc.bigInt({ min: 0n, max: 60n }),
    pressure: fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: undefined }),
  }),
  { maxLength: 200 },
);

/** Every state that a run of looks leads through. */
function follow(sequence: readonly { afterNs: bigint; pressure: number | undefined }[]) {
  let nowNs = 0n;
  let state: ModeState = { level: 0, sinceNs: 0n };
  return sequence.map(({ afterNs, pressure }) => {
    nowNs += afterNs;
    const before = state;
    state = nextMode(before, pressure, nowNs, rule);
    return { before, state, nowNs, pressure };
  });
}

test('whatever the pressure does, modes change one level at a time and at most once a dwell time', () => {
  fc.assert(
    fc.property(looks, (sequence) => {
      let lastChangeNs = 0n;
      for (const { before, state, nowNs } of follow(sequence)) {
        expect(state.level).toBeGreaterThanOrEqual(0);
        expect(state.level).toBeLessThanOrEqual(rule.count);
        if (state === before) continue;
        expect(Math.abs(state.level - before.level)).toBe(1);
        expect(nowNs - lastChangeNs).toBeGreaterThanOrEqual(rule.dwellNs);
        expect(state.sinceNs).toBe(nowNs);
        lastChangeNs = nowNs;
      }
    }),
  );
});

test('a pressure that stays between the two shares never changes anything', () => {
  const between = fc.double({ min: 0.701, max: 0.899, noNaN: true });
  fc.assert(
    fc.property(fc.array(between), fc.constantFrom(0, 1, 2), (pressures, level) => {
      let state: ModeState = { level, sinceNs: 0n };
      for (const [i, pressure] of pressures.entries())
        state = nextMode(state, pressure, BigInt(i) * 1000n, rule);
      expect(state.level).toBe(level);
    }),
  );
});

test('under lasting pressure every mode begins, and without any all of them end', () => {
  const steps = (pressure: number, from: ModeState) => {
    let state = from;
    for (let i = 1n; i <= 10n; i++)
      state = nextMode(state, pressure, from.sinceNs + i * rule.dwellNs, rule);
    return state;
  };
  const worst = steps(2, { level: 0, sinceNs: 0n });
  expect(worst.level).toBe(rule.count);
  expect(steps(0, worst).level).toBe(0);
});
