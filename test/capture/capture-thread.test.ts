import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RingFrame, startCapture } from '../../src/capture/capture-thread.js';
import { encodePpm } from '../../src/codec/ppm.js';
import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import { until } from '../support/command-line.js';
import { whyMissing } from './tools.js';

const frameCount = 24;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-capture-'));
  // Each picture carries its number as its grey level.
  for (let i = 0; i < frameCount; i++) {
    const data = new Uint8Array(8 * 6 * 3).fill(i + 1);
    await writeFile(join(dir, `${i}.ppm`), encodePpm({ widthPx: 8, heightPx: 6, data }));
  }
});
afterAll(() => rm(dir, { recursive: true }));

test('as soon as possible: every frame comes once, in order, with its own pixels', async () => {
  const capture = await startCapture({ source: dir, pacing: 'asap', slotCount: 3 });
  expect(capture.info).toMatchObject({ frameCount, nominalRateHz: 20 });
  expect(capture.info.layout).toMatchObject({ widthPx: 8, heightPx: 6, strideBytes: 24 });
  const seen: number[] = [];
  capture.onFrame(({ slot, id }) => {
    const pixels = capture.ring.pixels(slot);
    expect([...new Set(pixels)]).toEqual([id + 1]);
    expect(capture.ring.header(slot).id).toBe(id);
    seen.push(id);
    capture.ring.release(slot);
  });
  const end = await capture.ended;
  expect(end).toEqual({ kind: 'ended', counts: { delivered: frameCount, drops: {} } });
  expect(seen).toEqual(Array.from({ length: frameCount }, (_, i) => i));
  expect(capture.ring.freeCount()).toBe(3);
});

test('lock-step: a frame comes for each request, and none without', async () => {
  const capture = await startCapture({ source: dir, pacing: 'lockstep', slotCount: 2 });
  const seen: number[] = [];
  let arrived = (): void => {};
  capture.onFrame(({ slot, id }) => {
    seen.push(id);
    capture.ring.release(slot);
    arrived();
  });
  // Messages keep their order: a frame that nobody asked for would be seen before the next one.
  for (let i = 0; i < 5; i++) {
    const frame = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    capture.requestNext();
    await frame;
    expect(seen).toHaveLength(i + 1);
  }
  const end = await capture.stop();
  expect(end.counts.delivered).toBe(5);
  expect(seen).toEqual([0, 1, 2, 3, 4]);
});

test('in real time: no frame comes before its own time, and every one is accounted for', async () => {
  const rateFactor = 2;
  const capture = await startCapture({ source: dir, pacing: 'realtime', rateFactor });
  const arrivals: { frame: RingFrame; atNs: bigint }[] = [];
  const startNs = nowNs();
  capture.onFrame((frame) => {
    arrivals.push({ frame, atNs: nowNs() });
    capture.ring.release(frame.slot);
  });
  const { counts } = await capture.ended;
  expect(arrivals).toHaveLength(counts.delivered);
  // On a busy machine a frame is late, or finds the ring full; none is ever early, by more than a timer's rounding.
  const dropped = counts.drops['ring_full'] ?? 0;
  expect(counts.delivered + dropped).toBe(frameCount);
  for (const { frame, atNs } of arrivals) {
    const dueMs = Number(frame.sourceTimeNs) / 1e6 / rateFactor;
    expect(elapsedMs(startNs, frame.captureTimeNs)).toBeGreaterThan(dueMs - 1.5);
    expect(atNs).toBeGreaterThanOrEqual(frame.captureTimeNs);
  }
});

test('a frame that finds the ring full is dropped and counted before the next one comes', async () => {
  const capture = await startCapture({
    source: dir,
    pacing: 'realtime',
    slotCount: 3,
    rateFactor: 4,
  });
  const held: RingFrame[] = [];
  const ids: number[] = [];
  capture.onFrame((frame) => {
    ids.push(frame.id);
    // Every gap in the ids is in the counts by the time the frame behind it is seen.
    const dropped = capture.counts.drops['ring_full'] ?? 0;
    expect(dropped + ids.length).toBe(frame.id + 1);
    if (held.length < 3) held.push(frame);
    else capture.ring.release(frame.slot);
    if (held.length === 3 && ids.length === 3) {
      void until(() => capture.counts.drops['ring_full'] !== undefined).then(() => {
        for (const { slot } of held) capture.ring.release(slot);
      });
    }
  });
  const { counts } = await capture.ended;
  expect(counts.drops['ring_full']).toBeGreaterThan(0);
  expect(counts.delivered + counts.drops['ring_full']!).toBe(frameCount);
  expect(ids.slice(0, 3)).toEqual([0, 1, 2]);
});

test('a source that cannot be opened rejects with its own code', async () => {
  const missing = startCapture({ source: join(dir, 'nothing-here'), pacing: 'asap' });
  await expect(missing).rejects.toMatchObject({
    name: 'PerceptionError',
    code: 'ERR_SOURCE_MISSING',
    message: expect.stringContaining('nothing-here'),
  });
});

test('a capture that is stopped before its first frame ends in order', async () => {
  const capture = await startCapture({ source: dir, pacing: 'lockstep' });
  expect(await capture.stop()).toMatchObject({ kind: 'ended', counts: { delivered: 0 } });
  expect(await capture.stop()).toMatchObject({ kind: 'ended' });
});

const noGstreamer = whyMissing('gst-launch-1.0', '--version');
test.skipIf(noGstreamer !== undefined)(
  `a live source is not held back in real time: its frames are dropped when nobody takes them${noGstreamer === undefined ? '' : ` (left out: ${noGstreamer})`}`,
  async () => {
    const live =
      'gstreamer:videotestsrc is-live=true num-buffers=20 ! video/x-raw,width=64,height=48,framerate=50/1';
    const capture = await startCapture({ source: live, pacing: 'realtime', slotCount: 2 });
    expect(capture.info.isLive).toBe(true);
    const ids: number[] = [];
    capture.onFrame(({ id }) => ids.push(id));
    const end = await capture.ended;
    expect(ids).toEqual([0, 1]);
    expect(end).toEqual({ kind: 'ended', counts: { delivered: 2, drops: { ring_full: 18 } } });
  },
);

const noFfmpeg = whyMissing('ffmpeg') ?? whyMissing('ffprobe');
test.skipIf(noFfmpeg !== undefined)(
  `a source that fails ends the capture with its error, and every frame is accounted for${noFfmpeg === undefined ? '' : ` (left out: ${noFfmpeg})`}`,
  async () => {
    const video = join(dir, 'video.mp4');
    const input = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=1'];
    execFileSync('ffmpeg', [...input, '-c:v', 'mjpeg', video]);
    // Delivers ten frames and then fails, as a decoder does that meets what it cannot read.
    const ffmpegPath = join(dir, 'ffmpeg');
    await writeFile(
      ffmpegPath,
      '#!/bin/sh\nffmpeg "$@" | head -c 92160\necho "no more" >&2\nexit 3\n',
    );
    await chmod(ffmpegPath, 0o755);
    const capture = await startCapture({
      source: video,
      sourceOptions: { ffmpegPath, ffprobePath: 'ffprobe' },
      pacing: 'asap',
    });
    capture.onFrame(({ slot }) => capture.ring.release(slot));
    const end = await capture.ended;
    expect(end).toMatchObject({ kind: 'failed', counts: { delivered: 10, drops: { lost: 15 } } });
    expect(end.kind === 'failed' && end.error).toMatchObject({
      name: 'PerceptionError',
      code: 'ERR_SOURCE_LOST',
      message: expect.stringMatching(
        /^ffmpeg ended with code 3: no more, after 10 of 25 frames of .*video\.mp4$/,
      ),
    });
  },
);
