import { PerceptionError } from '../../src/frame/perception-error.js';
import { inParallel } from '../fleet/plan/in-parallel.js';
import { FrameBounds, type FramesOfDrive } from './frame-bounds.js';
import type { SearchedDrive } from './searched-drive.js';

/** A frame that is similar to the query. */
export interface SimilarFrame {
  drive: string;
  location: string;
  timeS: number;
  /** From 0 (the same) to about 1.4 (nothing in common) for codes of length 1. */
  distance: number;
}

interface LookedFrame extends SimilarFrame {
  /** Index among the frames of all drives. */
  at: number;
}

/** Number of drives whose exact codes are read in parallel. */
const atOnce = 8;
/** The search first reads this many times more exact codes than frames are wanted. */
const slack = 8;

/**
 * The frames nearest to a code, nearest first, with at most one every `apartS` seconds of a drive, because neighbours
 * in time look alike and would fill the list. The result is the same as from sorting all frames by distance; ties go
 * to the first frame. Exact codes are not read for frames whose rough codes are farther than the last result. Rejects
 * with ERR_USAGE if the codes' length differs from the query's.
 */
export async function findSimilar(
  drives: readonly SearchedDrive[],
  query: Float32Array,
  count: number,
  apartS: number,
): Promise<SimilarFrame[]> {
  for (const { drive, dims } of drives)
    if (dims !== query.length)
      throw new PerceptionError(
        'ERR_USAGE',
        `expected codes of ${query.length} numbers, found ${dims} of drive ${drive}`,
      );
  const bounds = new FrameBounds(drives, query);
  const looked: LookedFrame[] = [];
  let wanted = slack * count;
  let seen = Number.NEGATIVE_INFINITY;
  for (let limit = bounds.least(wanted); ; ) {
    looked.push(...(await exactFrames(drives, bounds.between(seen, limit), query)));
    seen = limit;
    const kept = apartInTime(looked, count, apartS);
    // All frames not yet examined are farther than the last one kept.
    const worst = kept.length < count ? Number.POSITIVE_INFINITY : kept.at(-1)!.distance;
    if (worst <= seen || seen === Number.POSITIVE_INFINITY)
      return kept.map(({ at: _, ...frame }) => frame);
    wanted *= slack;
    limit = Number.isFinite(worst) ? worst : bounds.least(wanted);
  }
}

/** Frames with their distances, without those whose distance is not finite. */
async function exactFrames(
  drives: readonly SearchedDrive[],
  asked: readonly FramesOfDrive[],
  query: Float32Array,
): Promise<LookedFrame[]> {
  const found = await inParallel(asked, atOnce, async ({ place, first, frames }) => {
    const { drive, location, dims, timesS, exact } = drives[place]!;
    const codes = await exact(frames);
    return frames.map((frame, row) => ({
      ...{ at: first + frame, drive, location, timeS: timesS[frame]! },
      distance: distanceTo(codes, row * dims, query),
    }));
  });
  return found.flat().filter(({ distance }) => Number.isFinite(distance));
}

function distanceTo(codes: Float32Array, base: number, query: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < query.length; d++) sum += (codes[base + d]! - query[d]!) ** 2;
  return Math.sqrt(sum);
}

/** The nearest frames, keeping those of a drive apart by this many seconds. Sorts its input in place. */
function apartInTime(frames: LookedFrame[], count: number, apartS: number): LookedFrame[] {
  frames.sort((a, b) => a.distance - b.distance || a.at - b.at);
  const kept: LookedFrame[] = [];
  const times = new Map<string, number[]>();
  for (const frame of frames) {
    if (kept.length === count) break;
    const own = times.get(frame.location) ?? [];
    if (own.some((timeS) => Math.abs(timeS - frame.timeS) < apartS)) continue;
    times.set(frame.location, [...own, frame.timeS]);
    kept.push(frame);
  }
  return kept;
}
