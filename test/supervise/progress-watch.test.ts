import { describe, expect, test } from 'vitest';
import type { BlackBox, LaneRecord, MainRecord } from '../../src/supervise/black-box.js';
import { ProgressWatch } from '../../src/supervise/progress-watch.js';

const bounds = { runningMs: 1000, startingMs: 5000, loadingMs: 60_000 };
const ns = (ms: number) => BigInt(ms) * 1_000_000n;

/** A watch that is given looks every 50 ms. */
function watching(readyMs: (threadId: number) => number = () => 0) {
  const watch = new ProgressWatch(bounds, readyMs);
  let nowMs = 0;
  return {
    /** Looks for this long at what `box` shows; the first hang, and when it was seen. */
    lookFor(ms: number, box: (nowMs: number) => BlackBox) {
      for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 50) {
        const hang = watch.look(box(nowMs), ns(nowMs));
        if (hang !== undefined) return { ...hang, atMs: nowMs };
      }
      return undefined;
    },
    pause(ms: number) {
      nowMs += ms;
    },
  };
}

const main = (step: number, state: MainRecord['state'] = 'running'): MainRecord => ({
  step,
  threadId: 1,
  state,
  framesPublished: 1,
  frameId: 0,
});
const lane = (step: number, state: LaneRecord['state'] = 'at-stage'): LaneRecord => ({
  step,
  threadId: 2,
  state,
  frameId: 7,
  stage: 'segmentation',
});
const box = (mainRecord: MainRecord, ...lanes: LaneRecord[]): BlackBox => ({
  main: mainRecord,
  lanes,
  recordingPath: '',
});

describe('a watch', () => {
  test('finds nothing while every thread takes step after step', () => {
    const { lookFor } = watching();
    expect(lookFor(10_000, (ms) => box(main(ms), lane(ms)))).toBeUndefined();
  });

  test('finds the lane whose stage takes longer than its bound, though the main thread lives', () => {
    const { lookFor } = watching();
    expect(lookFor(500, (ms) => box(main(ms), lane(ms), lane(ms)))).toBeUndefined();
    const hang = lookFor(5000, (ms) => box(main(ms), lane(ms), lane(3)));
    expect(hang).toMatchObject({ lane: { stage: 'segmentation', frameId: 7 } });
    expect(hang!.atMs).toBeGreaterThan(1500);
    expect(hang!.atMs).toBeLessThan(1650);
  });

  test('lets a lane be idle for ever, and load for long', () => {
    const { lookFor } = watching();
    expect(lookFor(50_000, (ms) => box(main(ms), lane(1, 'idle'), lane(1, 'loading')))).toBe(
      undefined,
    );
    const loading = lookFor(50_000, (ms) => box(main(ms), lane(1, 'idle'), lane(1, 'loading')));
    expect(loading).toMatchObject({ lane: { state: 'loading' } });
  });

  test('finds a main thread that gives no sign, later while its code is loaded', () => {
    expect(watching().lookFor(3000, () => box(main(1)))).toMatchObject({
      lane: undefined,
      atMs: 1050,
    });
    expect(watching().lookFor(8000, () => box(main(1, 'starting')))).toMatchObject({ atMs: 5050 });
  });

  test('does not count the time for which a busy machine keeps a thread from running', () => {
    let nowMs = 0;
    const { lookFor } = watching((threadId) => (threadId === 2 ? nowMs * 0.9 : 0));
    const hang = lookFor(20_000, (ms) => {
      nowMs = ms;
      return box(main(ms), lane(1));
    });
    expect(hang!.atMs).toBeGreaterThan(9900);
  });

  test('lets everybody begin again after it was stopped itself', () => {
    const { lookFor, pause } = watching();
    expect(lookFor(900, () => box(main(1), lane(1)))).toBeUndefined();
    pause(60_000);
    expect(lookFor(900, () => box(main(1), lane(1)))).toBeUndefined();
    expect(lookFor(900, () => box(main(1), lane(1)))).toBeDefined();
  });
});
