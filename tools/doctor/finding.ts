/** `ok`; `warning`: present, but not as it should be; `missing`: absent; `failed`: present, but does not work. */
export type FindingState = 'ok' | 'warning' | 'missing' | 'failed';

/** Result of one check. */
export interface Finding {
  name: string;
  state: FindingState;
  /** True if the pipeline file (or, without one, every pipeline) cannot run without it. */
  isNeeded: boolean;
  /** What was found, with its units. */
  found: string;
  /** What to do; empty if nothing. */
  action: string;
}

/** A finding that is as it should be. */
export const fine = (name: string, found: string, isNeeded = false): Finding => ({
  name,
  state: 'ok',
  isNeeded,
  found,
  action: '',
});

/** A finding that is not as it should be. */
export const amiss = (
  name: string,
  state: Exclude<FindingState, 'ok'>,
  found: string,
  action: string,
  isNeeded = false,
): Finding => ({ name, state, isNeeded, found, action });

/** Whether a finding keeps the pipeline from running. */
export const isBlocking = ({ state, isNeeded }: Finding): boolean =>
  isNeeded && (state === 'missing' || state === 'failed');

/** An error's message without the name of its class. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ').trim();
