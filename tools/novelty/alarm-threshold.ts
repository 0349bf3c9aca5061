import { Hysteresis } from '../../src/frame/hysteresis.js';
import { PerceptionError } from '../../src/frame/perception-error.js';
import { createRandom, type Random } from '../train/random.js';

/** Distances of one drive's frames with their times, in order. */
export interface JudgedDrive {
  timesS: readonly number[];
  distances: readonly number[];
}

/** Drives are divided into stretches of this length; a stretch raises an alarm if its distance stays high for `beginS`. */
const stretchS = 5;
/** Share of the stretches with the largest values that forms the tail. */
const tailShare = 0.25;
const leastStretches = 12;
/** Number of bootstrap draws over drives. */
const draws = 200;
const sureShare = 0.9;
const drawSeed = 1;

/** The largest distance that each stretch sustains for `beginS`: a threshold at this value raises an alarm. */
export function heldMaxima(drives: readonly JudgedDrive[], beginS: number): number[] {
  return drives.flatMap(({ timesS, distances }) => {
    const maxima = new Map<number, number>();
    for (let start = 0; start < timesS.length; start++) {
      let held = distances[start]!;
      let end = start;
      while (timesS[end]! - timesS[start]! < beginS && end + 1 < timesS.length)
        held = Math.min(held, distances[++end]!);
      if (timesS[end]! - timesS[start]! < beginS) break;
      const stretch = Math.floor((timesS[start]! - timesS[0]!) / stretchS);
      maxima.set(stretch, Math.max(maxima.get(stretch) ?? 0, held));
    }
    return [...maxima.values()];
  });
}

/**
 * The threshold at which `alarmsPerMinute` alarms are expected on ordinary drives. If the drives are long enough it
 * is a quantile of the stretches; beyond them the tail is modelled as exponential (peaks over a threshold, Pickands
 * 1975), so that one alarm in ten minutes can be requested with five minutes of drives. Drives differ more than their
 * stretches do, so the drives are resampled 200 times, and the result lies above nine in ten of the resulting
 * thresholds. Throws ERR_TRAINING with under a minute.
 */
export function alarmThreshold(
  drives: readonly JudgedDrive[],
  { alarmsPerMinute, beginS }: { alarmsPerMinute: number; beginS: number },
): number {
  const byDrive = drives.map((drive) => heldMaxima([drive], beginS));
  const maxima = byDrive.flat();
  if (maxima.length < leastStretches)
    throw new PerceptionError(
      'ERR_TRAINING',
      `novelty: expected a minute or more of held-out drives, found ${(maxima.length * stretchS).toFixed(0)} s`,
    );
  const share = Math.min(1, (alarmsPerMinute * stretchS) / 60);
  const random = createRandom(drawSeed);
  const drawn = Array.from({ length: draws }, () =>
    thresholdOf(drawnStretches(byDrive, random), share),
  );
  return drawn.sort((a, b) => a - b)[Math.floor(draws * sureShare)]!;
}

/** As many drives as there are, drawn with replacement; more, if short ones came first, until the tail has enough stretches. */
function drawnStretches(byDrive: readonly (readonly number[])[], random: Random): number[] {
  const stretches: number[] = [];
  for (let drive = 0; drive < byDrive.length || stretches.length < leastStretches; drive++)
    stretches.push(...byDrive[random.below(byDrive.length)]!);
  return stretches;
}

/** The threshold that a given share of the stretches exceeds. */
function thresholdOf(stretches: readonly number[], share: number): number {
  const maxima = stretches.toSorted((a, b) => b - a);
  const tail = Math.max(3, Math.floor(maxima.length * tailShare));
  const base = maxima[tail]!;
  const excess = maxima.slice(0, tail).reduce((sum, value) => sum + value - base, 0) / tail;
  if (share * maxima.length >= tail) return maxima[Math.floor(share * maxima.length)] ?? base;
  return base + excess * Math.log(tail / (share * maxima.length));
}

/**
 * Times at which an alarm begins: `beginS` after distances rose above the threshold, until they were below it for
 * `endS`.
 */
export function alarmsOf(
  { timesS, distances }: JudgedDrive,
  { threshold, beginS, endS }: { threshold: number; beginS: number; endS: number },
): number[] {
  const held = new Hysteresis();
  return timesS.filter((timeS, at) => {
    const nowNs = BigInt(Math.round(timeS * 1e9));
    return held.take(distances[at]! >= threshold, nowNs, beginS, endS) && held.isSaid;
  });
}
