import { withoutCredentials } from '../../src/capture/credentials.js';
import { openSource } from '../../src/capture/open-source.js';
import { addressRow } from '../../src/capture/source-table.js';
import { nowNs } from '../../src/frame/clock.js';
import { frameBytes } from '../../src/frame/frame.js';
import { type FrameSource, isSourceEnd } from '../../src/frame/frame-source.js';
import { type Spread, spreadOf } from '../statistics/percentiles.js';
import { amiss, type Finding, fine, reasonOf } from './finding.js';

/** Frames that are ignored at first: while a camera opens its shutter and fills its buffers, intervals say nothing. */
const settlingFrames = 5;
/** The test ends if no frame arrives for this long, milliseconds. */
const silenceMs = 5000;

/** How evenly frames arrived. */
export interface JitterReading {
  frames: number;
  /** From one frame's arrival to the next one's. */
  intervalMs: Spread;
  rateHz: number;
  /** Frames missing in intervals longer than one and a half times the median. */
  drops: number;
  /** Why the test ended early. */
  problem?: string;
}

/** Reads a live source for `seconds` after it has settled, and closes it. */
export async function measureJitter(
  source: FrameSource,
  seconds: number,
  clock: () => bigint = nowNs,
): Promise<JitterReading> {
  const pixels = new Uint8Array(frameBytes(source.info.layout));
  const arrivalsMs: number[] = [];
  let problem: string | undefined;
  let settled = 0;
  let endNs: bigint | undefined;
  const watchdog = setTimeout(() => {
    problem = `no frame for ${silenceMs / 1000} s`;
    void source.close();
  }, silenceMs);
  try {
    while (endNs === undefined || clock() < endNs) {
      const frame = await source.read(pixels);
      watchdog.refresh();
      if (isSourceEnd(frame)) {
        problem ??= frame.kind === 'ended' ? 'the source ended' : frame.error.message;
        break;
      }
      if (settled++ < settlingFrames) continue;
      const arrivalNs = clock();
      endNs ??= arrivalNs + BigInt(Math.round(seconds * 1e9));
      arrivalsMs.push(Number(arrivalNs) / 1e6);
    }
  } finally {
    clearTimeout(watchdog);
    await source.close();
  }
  return { ...intervalsOf(arrivalsMs), ...(problem === undefined ? {} : { problem }) };
}

/** Computes intervals from the frames' arrival times, milliseconds, ascending. */
export function intervalsOf(arrivalsMs: readonly number[]): Omit<JitterReading, 'problem'> {
  const intervals = arrivalsMs.slice(1).map((ms, index) => ms - arrivalsMs[index]!);
  const intervalMs = spreadOf(intervals);
  const spanMs = (arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0);
  const drops = intervals
    .filter((ms) => ms > 1.5 * intervalMs.p50)
    .reduce((sum, ms) => sum + Math.round(ms / intervalMs.p50) - 1, 0);
  const rateHz = spanMs > 0 ? (1000 * intervals.length) / spanMs : 0;
  return { frames: arrivalsMs.length, intervalMs, rateHz, drops };
}

/** `camera` is a device such as /dev/video0, or a live source as the pipeline file writes it. */
export async function checkJitter(camera: string, seconds: number): Promise<Finding> {
  const name = `camera ${withoutCredentials(camera)}`;
  let reading: JitterReading;
  try {
    const source = await openSource(addressRow(camera) ? camera : `camera:${camera}`);
    reading = await measureJitter(source, seconds);
  } catch (error) {
    const action = 'plug it in, or give the device that `windshield doctor` lists';
    return amiss(name, 'failed', reasonOf(error), action, true);
  }
  const { frames, intervalMs, rateHz, drops, problem } = reading;
  if (frames < 2)
    return amiss(name, 'failed', problem ?? 'no frames', 'try it with another program', true);
  const { p50, p99, max } = intervalMs;
  const found = `${rateHz.toFixed(1)} Hz over ${frames} frames, interval p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms, ${drops} dropped${problem === undefined ? '' : `; ${problem}`}`;
  const isUneven = drops > 0 || p99 > 1.5 * p50 || problem !== undefined;
  return isUneven
    ? amiss(
        name,
        'warning',
        found,
        'switch off automatic exposure (it halves the rate in the dark), give the camera a bus of its own, end what else runs',
        true,
      )
    : fine(name, found, true);
}
