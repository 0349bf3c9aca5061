import { describe, expect, test } from 'vitest';
import type { Task } from '../../src/bundle/manifest.js';
import { Degradation } from '../../src/pipeline/degradation.js';
import { degradationSchema } from '../../src/pipeline/degradation-schema.js';
import type { CapturedFrame, StageOutcome } from '../../src/pipeline/frame-record.js';

const modes = [
  { name: 'thinned', segmentationEvery: 3 },
  { name: 'sparse', segmentationEvery: 3, signs: 'newOrGrown' },
];
const declared = (budgetMs: object) =>
  degradationSchema.parse({ budgetMs, windowS: 1, dwellS: 1, modes });

const frameAt = (id: number, captureMs: number): CapturedFrame => ({
  id,
  slot: 0,
  sourceTimeNs: 0n,
  stampNs: 0n,
  captureTimeNs: BigInt(captureMs) * 1_000_000n,
  arrivalTimeNs: 0n,
  dropsBefore: {},
});
const endedAt = (ms: number): StageOutcome => {
  const endNs = BigInt(ms) * 1_000_000n;
  const times = { dispatchNs: 0n, startNs: 0n, preprocessEndNs: 0n, inferenceEndNs: 0n, endNs };
  return { state: 'ok', result: undefined, times };
};

/** Publishes ten frames a second for `seconds`, each `ageMs` old; says which modes began. */
function drive(
  degradation: Degradation,
  fromMs: number,
  seconds: number,
  ageMs: number,
  stages: (captureMs: number) => [Task, StageOutcome][] = () => [],
): string[] {
  const begun: string[] = [];
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 100) {
    const frame = frameAt(ms / 100, ms);
    const outcome = { frame, stages: new Map(stages(ms)), drops: {} };
    const change = degradation.observe(outcome, BigInt(ms + ageMs) * 1_000_000n);
    if (change !== undefined) begun.push(change.mode);
  }
  return begun;
}

describe('the declared modes', () => {
  test('begin one after the other while results are too old, and end when they are young again', () => {
    const degradation = new Degradation(declared({ glassToResult: 100 }));
    expect(drive(degradation, 0, 4, 95)).toEqual(['thinned', 'sparse']);
    expect(degradation.mode).toBe('sparse');
    expect(drive(degradation, 4000, 6, 20)).toEqual(['thinned', '']);
    expect(degradation.mode).toBe('');
  });

  test('watch the age of one stage alone, whatever the rest does', () => {
    const degradation = new Degradation(declared({ segmentation: 100 }));
    const young = (ms: number): [Task, StageOutcome][] => [['segmentation', endedAt(ms + 50)]];
    expect(drive(degradation, 0, 3, 500, young)).toEqual([]);
    const old = (ms: number): [Task, StageOutcome][] => [['segmentation', endedAt(ms + 92)]];
    expect(drive(degradation, 3000, 0.9, 500, old)).toEqual(['thinned']);
  });

  test('count a stage that came too late as old as the result that left without it', () => {
    const degradation = new Degradation(declared({ segmentation: 100 }));
    const late = (): [Task, StageOutcome][] => [['segmentation', { state: 'late' }]];
    expect(drive(degradation, 0, 1.5, 120, late)).toEqual(['thinned']);
  });

  test('say nothing of a stage that was skipped', () => {
    const degradation = new Degradation(declared({ segmentation: 100 }));
    const skipped: StageOutcome = { state: 'skipped', reason: 'degraded' };
    expect(drive(degradation, 0, 3, 500, () => [['segmentation', skipped]])).toEqual([]);
  });
});

describe('in a mode', () => {
  function inMode(seconds: number): Degradation {
    const degradation = new Degradation(declared({ glassToResult: 100 }));
    drive(degradation, 0, seconds, 99);
    return degradation;
  }

  test('segmentation sees every n-th frame, or the first one after it where that was lost', () => {
    const degradation = inMode(1.5);
    const seen = [100, 101, 102, 103, 107, 108, 110].filter(
      (id) => degradation.planFrame(frameAt(id, 0)).withheld.size === 0,
    );
    expect(seen).toEqual([100, 103, 107, 110]);
    const { mode, withheld, signs } = degradation.planFrame(frameAt(111, 0));
    expect({ mode, signs }).toEqual({ mode: 'thinned', signs: 'all' });
    expect(withheld).toEqual(new Map([['segmentation', { state: 'skipped', reason: 'degraded' }]]));
  });

  test('lights are read on every n-th frame, whatever is segmented', () => {
    const lights = { name: 'thinned', segmentationEvery: 3, lightsEvery: 2 };
    const degradation = new Degradation({ ...declared({ glassToResult: 100 }), modes: [lights] });
    drive(degradation, 0, 1.5, 99);
    const held = [100, 101, 102, 103, 104].map((id) => [
      ...degradation.planFrame(frameAt(id, 0)).withheld.keys(),
    ]);
    expect(held).toEqual([
      [],
      ['segmentation', 'lights'],
      ['segmentation'],
      ['lights'],
      ['segmentation'],
    ]);
  });

  test('that says so, only new and grown signs are read', () => {
    expect(inMode(3).planFrame(frameAt(200, 0))).toMatchObject({
      mode: 'sparse',
      signs: 'newOrGrown',
    });
  });

  test('of full operation nothing is held back', () => {
    expect(inMode(0.5).planFrame(frameAt(9, 0))).toEqual({
      mode: '',
      withheld: new Map(),
      signs: 'all',
    });
  });
});

describe('a declaration is refused for', () => {
  const valid = { budgetMs: { glassToResult: 100 }, modes: [modes[0]] };
  test.each([
    ['no budget', { budgetMs: {} }, 'expected a budget of glassToResult'],
    ['an end above its beginning', { endAt: 0.95 }, 'expected less than beginAt (0.9)'],
    ['a dwell time shorter than the window', { windowS: 8 }, 'expected windowS (8) or longer'],
    ['two modes of one name', { modes: [modes[0], modes[0]] }, 'thinned is the name of an earlier'],
    ['a mode that holds nothing back', { modes: [{ name: 'idle' }] }, 'holds nothing back'],
    ['a name that is none', { modes: [{ ...modes[0], name: 'Half Speed' }] }, 'small letters'],
  ])('%s', (_, change, message) => {
    const { error } = degradationSchema.safeParse({ ...valid, ...change });
    expect(error?.issues[0]?.message).toContain(message);
  });
});
