import type { LifeEnd } from './life.js';
import type { RestartLimit } from './restart-limit.js';

/** Signals that ask the supervisor to end; it passes the first one on to the pipeline. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The supervisor's knowledge when a life of the pipeline has ended. */
export interface Circumstances {
  /** A stop was requested. */
  isStopping: boolean;
  /** A result was published in this life or an earlier one: the set-up is good. */
  hasPublished: boolean;
  deaths: RestartLimit;
  /** Monotonic. */
  nowNs: bigint;
}

export type Decision =
  /** The supervisor ends too, with this exit code or by this signal. */
  | {
      do: 'end';
      exit: number | NodeJS.Signals;
      because: 'done' | 'refused' | 'stopped-badly' | 'too-often';
    }
  | { do: 'restart' };

/**
 * Decides what follows the end of a life; pure but for `deaths`, which counts a restart. A pipeline that is done, or was
 * asked to end, is not restarted. One that refuses its set-up (exit code 2 before any result) would do so again.
 * Everything else is a fault; after the third within a minute the supervisor gives up.
 */
export function afterLife(
  { exit, box }: LifeEnd,
  { isStopping, hasPublished, deaths, nowNs }: Circumstances,
): Decision {
  if (exit === 0 || box.main.state === 'ended') return { do: 'end', exit: 0, because: 'done' };
  // The signal came before the pipeline had a handler for it.
  if (isStopping && stopSignals.some((signal) => signal === exit))
    return { do: 'end', exit, because: 'done' };
  if (isStopping) return { do: 'end', exit: 2, because: 'stopped-badly' };
  if (exit === 2 && !hasPublished) return { do: 'end', exit: 2, because: 'refused' };
  if (deaths.isReachedBy(nowNs)) return { do: 'end', exit: 2, because: 'too-often' };
  return { do: 'restart' };
}
