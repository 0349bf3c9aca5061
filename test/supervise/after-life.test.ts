import { describe, expect, test } from 'vitest';
import { afterLife, type Circumstances } from '../../src/supervise/after-life.js';
import { describeEnd } from '../../src/supervise/describe-end.js';
import type { LifeEnd } from '../../src/supervise/life.js';
import { RestartLimit } from '../../src/supervise/restart-limit.js';

const segmentation = {
  step: 9,
  threadId: 5,
  state: 'at-stage',
  frameId: 231,
  stage: 'segmentation',
} as const;
const main = {
  step: 40,
  threadId: 4,
  state: 'running',
  framesPublished: 229,
  frameId: 229,
} as const;
const ended = (change: Partial<LifeEnd>): LifeEnd => ({
  exit: 'SIGSEGV',
  hang: undefined,
  box: { main, lanes: [segmentation], recordingPath: '' },
  ...change,
});
const given = (change: Partial<Circumstances> = {}): Circumstances => ({
  isStopping: false,
  hasPublished: true,
  deaths: new RestartLimit(),
  nowNs: 0n,
  ...change,
});

describe('after a life of the pipeline', () => {
  test('a fault is followed by the next', () => {
    for (const exit of ['SIGSEGV', 'SIGKILL', 1, 2, 134] as const)
      expect(afterLife(ended({ exit }), given())).toEqual({ do: 'restart' });
  });

  test('the third fault within a minute is the last, three over a longer time are not', () => {
    const close = given();
    expect(afterLife(ended({}), { ...close, nowNs: 0n }).do).toBe('restart');
    expect(afterLife(ended({}), { ...close, nowNs: 20_000_000_000n }).do).toBe('restart');
    const third = afterLife(ended({}), { ...close, nowNs: 59_000_000_000n });
    expect(third).toEqual({ do: 'end', exit: 2, because: 'too-often' });
    const apart = given();
    for (let minute = 0n; minute < 5n; minute++)
      expect(afterLife(ended({}), { ...apart, nowNs: minute * 31_000_000_000n }).do).toBe(
        'restart',
      );
  });

  test('an orderly end is the end, also when the process died of it', () => {
    const end = { do: 'end', exit: 0, because: 'done' };
    expect(afterLife(ended({ exit: 0 }), given())).toEqual(end);
    const box = { ...ended({}).box, main: { ...main, state: 'ended' as const } };
    expect(afterLife(ended({ exit: 'SIGABRT', box }), given())).toEqual(end);
  });

  test('a set-up that is refused is not tried again, unless it has worked before', () => {
    const refused = afterLife(ended({ exit: 2 }), given({ hasPublished: false }));
    expect(refused).toEqual({ do: 'end', exit: 2, because: 'refused' });
    expect(afterLife(ended({ exit: 2 }), given({ hasPublished: true })).do).toBe('restart');
    expect(afterLife(ended({ exit: 'SIGSEGV' }), given({ hasPublished: false })).do).toBe(
      'restart',
    );
  });

  test('nothing is started again once the end was asked for', () => {
    const stopping = given({ isStopping: true });
    const badly = { do: 'end', exit: 2, because: 'stopped-badly' };
    expect(afterLife(ended({ exit: 'SIGKILL' }), stopping)).toEqual(badly);
    for (const exit of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      expect(afterLife(ended({ exit }), stopping)).toMatchObject({ exit, because: 'done' });
  });
});

describe('the line about it', () => {
  test('says what, at which stage of which frame', () => {
    expect(describeEnd(ended({}))).toBe(
      'SIGSEGV at segmentation of frame 231, after 229 published frames',
    );
    expect(describeEnd(ended({ exit: 'SIGKILL', hang: { lane: segmentation, forMs: 1040 } }))).toBe(
      'segmentation of frame 231 stood still for 1.0 s, after 229 published frames',
    );
    expect(describeEnd(ended({ exit: 'SIGKILL', hang: { lane: undefined, forMs: 1040 } }))).toBe(
      'the main thread stood still for 1.0 s, at segmentation of frame 231, after 229 published frames',
    );
  });

  test('says when it was at no stage', () => {
    const idle = { ...segmentation, state: 'idle' as const };
    const box = { main, lanes: [idle], recordingPath: '' };
    expect(describeEnd(ended({ exit: 2, box }))).toContain('exit code 2 between two stages');
    const early = { main: { ...main, state: 'starting' as const, framesPublished: 0 }, lanes: [] };
    expect(describeEnd(ended({ box: { ...early, recordingPath: '' } }))).toBe(
      'SIGSEGV while its networks were loaded, after 0 published frames',
    );
  });
});
