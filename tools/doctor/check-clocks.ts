import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../../src/frame/clock.js';
import { amiss, type Finding, fine } from './finding.js';
import { runProgram } from './run-program.js';

/** How long the two clocks are observed, milliseconds. */
const watchMs = 400;
/** Time synchronisation slews a clock by at most 500 parts in a million; more is a jump. */
const mostDriftPpm = 600;
/** Millisecond ticks of the wall clock that are observed at each end. */
const turns = 8;

/** What was measured of the clocks. */
export interface ClockReading {
  /** Smallest step of the monotonic clock, nanoseconds. */
  resolutionNs: number;
  /** How much the wall clock gained on the monotonic one, parts in a million. */
  driftPpm: number;
}

/** Reads both clocks for `forMs`, keeping a core busy for about 16 ms of it. */
export async function readClocks(forMs = watchMs): Promise<ClockReading> {
  const before = wallMinusMonotonicMs();
  const start = nowNs();
  await sleep(forMs);
  const gainedMs = wallMinusMonotonicMs() - before;
  const elapsedMs = Number(nowNs() - start) / 1e6;
  return { resolutionNs: resolutionNs(), driftPpm: (1e6 * gainedMs) / elapsedMs };
}

/**
 * The wall clock shows whole milliseconds, so its time is known exactly only when one ends. If something else takes
 * the core, a tick is seen late, never early: the largest of several differences is the most accurate.
 */
function wallMinusMonotonicMs(): number {
  let truest = Number.NEGATIVE_INFINITY;
  for (let turn = 0; turn < turns; turn++) {
    const startMs = Date.now();
    let wallMs = startMs;
    while (wallMs === startMs) wallMs = Date.now();
    truest = Math.max(truest, wallMs - Number(nowNs()) / 1e6);
  }
  return truest;
}

function resolutionNs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  let last = nowNs();
  for (let i = 0; i < 5000; i++) {
    const now = nowNs();
    if (now > last) smallest = Math.min(smallest, Number(now - last));
    last = now;
  }
  return smallest;
}

export async function checkClocks(): Promise<Finding> {
  const [{ resolutionNs, driftPpm }, ntp] = await Promise.all([readClocks(), synchronisation()]);
  const found = `steps of ${resolutionNs} ns, wall clock ${driftPpm >= 0 ? '+' : '−'}${Math.abs(driftPpm).toFixed(0)} ppm, ${ntp}`;
  if (resolutionNs > 1_000_000)
    return amiss(
      'clocks',
      'warning',
      found,
      'boot with a better clock source than the present one',
    );
  if (Math.abs(driftPpm) > mostDriftPpm)
    return amiss(
      'clocks',
      'warning',
      found,
      'results are not hurt; stamps of recordings are: let one service alone set the clock',
    );
  if (ntp === 'not synchronised')
    return amiss(
      'clocks',
      'warning',
      found,
      '`sudo timedatectl set-ntp true`, or stamps drift from other machines',
    );
  return fine('clocks', found);
}

async function synchronisation(): Promise<string> {
  const { stdout } = await runProgram('timedatectl', ['show', '-p', 'NTPSynchronized', '--value']);
  const answer = stdout?.trim();
  if (answer === 'yes') return 'synchronised';
  return answer === 'no' ? 'not synchronised' : 'synchronisation not known';
}
