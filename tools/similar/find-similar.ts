import type { DriveCodes } from './code-file.js';
import { nearest } from './nearest.js';

/** A frame that looks like the one asked for. */
export interface SimilarFrame {
  drive: string;
  location: string;
  timeS: number;
  /** From 0, the same; to about 1.4, nothing in common, where codes have length 1. */
  distance: number;
}

/**
 * The frames nearest to a code, nearest first, with at most one every `apartS` seconds of a drive: neighbours in time look
 * alike, and would fill the list.
 */
export function findSimilar(
  drives: readonly DriveCodes[],
  query: Float32Array,
  count: number,
  apartS: number,
): SimilarFrame[] {
  const found: SimilarFrame[] = [];
  for (const { drive, location, dims, codes, timesS } of drives) {
    const kept: SimilarFrame[] = [];
    // Of one drive more than are asked for: some will be too close in time.
    for (const { index, distance } of nearest(codes, dims, query, count * 8)) {
      const timeS = timesS[index]!;
      if (kept.some((other) => Math.abs(other.timeS - timeS) < apartS)) continue;
      kept.push({ drive, location, timeS, distance });
      if (kept.length === count) break;
    }
    found.push(...kept);
  }
  return found.sort((a, b) => a.distance - b.distance).slice(0, count);
}
