/**
 * `ok`; `warning`: there, but not as it should be; `missing`: not there; `failed`: there, and does not do what it
 * is for.
 */
export type FindingState = 'ok' | 'warning' | 'missing' | 'failed';

/** One thing that was looked at. */
export interface Finding {
  name: string;
  state: FindingState;
  /** True where the pipeline file (or, without one, every pipeline) cannot run without it. */
  isNeeded: boolean;
  /** What was found, with its units. */
  found: string;
  /** What to do; empty where nothing is. */
  action: string;
}

/** Something that is as it should be. */
export const fine = (name: string, found: string, isNeeded = false): Finding => ({
  name,
  state: 'ok',
  isNeeded,
  found,
  action: '',
});

/** Something that is not. */
export const amiss = (
  name: string,
  state: Exclude<FindingState, 'ok'>,
  found: string,
  action: string,
  isNeeded = false,
): Finding => ({ name, state, isNeeded, found, action });

/** True for what keeps the pipeline from running. */
export const isBlocking = ({ state, isNeeded }: Finding): boolean =>
  isNeeded && (state === 'missing' || state === 'failed');

/** The message of an error without the error's class. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ').trim();
