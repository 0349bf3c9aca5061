import type { LifeEnd } from './life.js';
import type { RestartLimit } from './restart-limit.js';

/** What the supervisor knows when a life of the pipeline has ended. */
export interface Circumstances {
  /** Somebody asked for the end. */
  isStopping: boolean;
  /** In this life or one before, a result left: the set-up is good. */
  hasPublished: boolean;
  deaths: RestartLimit;
  /** Monotonic. */
  nowNs: bigint;
}

export type Decision =
  /** The supervisor ends as well, with this exit code or by this signal. */
  | {
      do: 'end';
      exit: number | NodeJS.Signals;
      because: 'done' | 'refused' | 'stopped-badly' | 'too-often';
    }
  | { do: 'restart' };

/**
 * Decides what follows the end of a life; pure but for `deaths`, which counts a restart. A pipeline that is done,
 * or was asked to end, has ended. One that refuses its set-up (exit code 2 before any result) would do so again.
 * Everything else is a fault, and its third within a minute is the last.
 */
export function afterLife(
  { exit, box }: LifeEnd,
  { isStopping, hasPublished, deaths, nowNs }: Circumstances,
): Decision {
  if (exit === 0 || box.main.state === 'ended') return { do: 'end', exit: 0, because: 'done' };
  // So early that it had no handler for the signal yet.
  if (isStopping && (exit === 'SIGINT' || exit === 'SIGTERM'))
    return { do: 'end', exit, because: 'done' };
  if (isStopping) return { do: 'end', exit: 2, because: 'stopped-badly' };
  if (exit === 2 && !hasPublished) return { do: 'end', exit: 2, because: 'refused' };
  if (deaths.isReachedBy(nowNs)) return { do: 'end', exit: 2, because: 'too-often' };
  return { do: 'restart' };
}
