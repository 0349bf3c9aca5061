import { expect, test } from 'vitest';
import { captureFrames } from '../../src/capture/capture-frames.js';
import type { RingFrame } from '../../src/capture/capture-thread.js';
import { stripesSource } from '../support/stripes-source.js';

const lockstep = { pacing: 'lockstep', rateFactor: 1, slotCount: 3 } as const;

/** Takes frames, gives each slot back, and asks for the next. */
function takeAll(capture: ReturnType<typeof captureFrames>): number[][] {
  const seen: number[][] = [];
  capture.onFrame(({ slot, id }: RingFrame) => {
    seen.push([id, capture.ring.pixels(slot)[0]!]);
    capture.ring.release(slot);
    capture.requestNext();
  });
  capture.requestNext();
  return seen;
}

test('every frame of a source of our own comes once, in order, with its own pixels', async () => {
  const source = stripesSource(12);
  const capture = captureFrames(source, lockstep);
  const seen = takeAll(capture);
  expect(await capture.ended).toEqual({ kind: 'ended', counts: { delivered: 12, drops: {} } });
  expect(seen).toEqual(Array.from({ length: 12 }, (_, id) => [id, id]));
  expect(source.closings).toBe(1);
});

test.each(['realtime', 'asap'] as const)(
  'a live source that always has a frame at hand lets others run, and what finds no slot is counted: %s',
  async (pacing) => {
    const source = stripesSource(200, { isLive: true });
    const capture = captureFrames(source, { ...lockstep, pacing });
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    capture.onFrame(() => {});
    const { counts } = await capture.ended;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(counts).toEqual({ delivered: 3, drops: { ring_full: 197 } });
  },
);

test('a source that throws ends the capture with what it said, closed', async () => {
  const source = stripesSource(12, { failAt: 3 });
  const capture = captureFrames(source, lockstep);
  takeAll(capture);
  const end = await capture.ended;
  expect(end).toMatchObject({
    kind: 'failed',
    error: { code: 'ERR_SOURCE_LOST', message: 'stripes: the cable was pulled' },
    counts: { delivered: 3 },
  });
  expect(source.closings).toBeGreaterThan(0);
});

test('a capture that is stopped before its first frame closes the source', async () => {
  const source = stripesSource(3);
  const capture = captureFrames(source, lockstep);
  expect(await capture.stop()).toMatchObject({ kind: 'ended', counts: { delivered: 0 } });
  expect(source.closings).toBe(1);
});

test('a layout that cannot be is refused', () => {
  expect(() => captureFrames(stripesSource(1, { widthPx: 0 }), lockstep)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG' }),
  );
});
