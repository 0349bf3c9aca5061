import type { SourceInfo } from '../../frame/frame-source.js';

/** Recordings that begin further apart than this were not made together, nanoseconds. */
const togetherNs = 600_000_000_000n;

/** Where each camera's time line begins on the common one, and how that was decided. */
export interface CommonTime {
  offsetNs: readonly bigint[];
  /** `stamps`: by what the recordings say; `start`: all begin at once. */
  by: 'stamps' | 'start';
}

/**
 * Aligns recorded cameras by the stamps of their first frames. If one has no stamp, or they are more than ten minutes
 * apart, they were not recorded together and all begin at once.
 */
export function commonTime(infos: readonly SourceInfo[]): CommonTime {
  const stamps = infos.map(({ firstStampNs }) => firstStampNs ?? 0n);
  const [first = 0n] = stamps.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const offsetNs = stamps.map((stamp) => stamp - first);
  const isTogether = first > 0n && offsetNs.every((offset) => offset <= togetherNs);
  if (isTogether) return { offsetNs, by: 'stamps' };
  return { offsetNs: stamps.map(() => 0n), by: 'start' };
}
