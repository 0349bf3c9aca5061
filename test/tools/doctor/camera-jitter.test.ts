import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { packedRgbLayout } from '../../../src/frame/frame.js';
import type { FrameSource, SourceEnd, SourceFrame } from '../../../src/frame/frame-source.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { checkJitter, intervalsOf, measureJitter } from '../../../tools/doctor/camera-jitter.js';

const every = (stepMs: number, count: number) =>
  Array.from({ length: count }, (_, i) => i * stepMs);

test('an even camera has even intervals and no drops', () => {
  expect(intervalsOf(every(40, 26))).toEqual({
    frames: 26,
    intervalMs: { count: 25, p50: 40, p95: 40, p99: 40, max: 40 },
    rateHz: 25,
    drops: 0,
  });
});

test('what is missing in a long interval is counted', () => {
  // Of thirty, frames 7, 20 and 21 did not come.
  const arrivals = every(50, 30).filter((_, index) => ![7, 20, 21].includes(index));
  expect(intervalsOf(arrivals)).toMatchObject({ frames: 27, drops: 3, intervalMs: { max: 150 } });
});

test('nothing, and a single frame, have no intervals', () => {
  expect(intervalsOf([])).toMatchObject({ frames: 0, rateHz: 0, drops: 0 });
  expect(intervalsOf([5])).toMatchObject({ frames: 1, rateHz: 0, drops: 0 });
});

/** A camera that delivers a frame every 10 ms of its own clock, as many as `frames`, then `end`. */
class TimedSource implements FrameSource {
  readonly info = {
    name: 'timed',
    layout: packedRgbLayout(8, 8),
    nominalRateHz: 100,
    frameCount: undefined,
    isLive: true,
  };
  readonly skipped = {};
  closed = 0;
  nowMs = 1000;
  readonly clock = () => BigInt(this.nowMs) * 1_000_000n;
  #count = 0;

  constructor(
    readonly frames: number,
    readonly end: SourceEnd,
  ) {}

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    this.nowMs += 10;
    if (this.closed > 0) return { kind: 'ended' };
    if (this.#count >= this.frames) return this.end;
    into.fill(1);
    const id = this.#count++;
    return { id, sourceTimeNs: BigInt(id) * 10_000_000n, stampNs: 0n };
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

test('a source is measured for its time and closed', async () => {
  const source = new TimedSource(1e6, { kind: 'ended' });
  const reading = await measureJitter(source, 0.3, source.clock);
  expect(source.closed).toBe(1);
  expect(reading.problem).toBeUndefined();
  expect(reading).toMatchObject({ frames: 31, intervalMs: { p50: 10, max: 10 }, rateHz: 100 });
});

test('a camera that is unplugged is measured up to then, and that is said', async () => {
  const error = new PerceptionError('ERR_SOURCE_LOST', 'it was unplugged');
  const reading = await measureJitter(new TimedSource(15, { kind: 'lost', error }), 5);
  expect(reading).toMatchObject({ frames: 10, problem: 'it was unplugged' });
});

test('a camera that is not there has failed and is needed', async () => {
  expect(await checkJitter('/dev/no-camera', 1)).toMatchObject({
    state: 'failed',
    isNeeded: true,
    found: expect.stringContaining('/dev/no-camera'),
  });
});

function hasGstreamer(): boolean {
  try {
    execFileSync('gst-launch-1.0', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasGstreamer())(
  'a live GStreamer source is measured as a camera is (needs gst-launch-1.0)',
  async () => {
    const pipeline = 'videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=50/1';
    const finding = await checkJitter(`gstreamer:${pipeline}`, 1);
    expect(finding.found).toMatch(/^\d+\.\d Hz over \d+ frames, interval p50 \d+\.\d, p99/);
    expect(['ok', 'warning']).toContain(finding.state);
    // A busy machine delivers fewer; what has piled up meanwhile may come at once.
    expect(Number.parseFloat(finding.found)).toBeGreaterThan(0);
  },
);
