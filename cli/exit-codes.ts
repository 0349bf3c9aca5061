import { withoutCredentials } from '../src/capture/credentials.js';
import { hasErrorCode } from '../src/frame/perception-error.js';

/** What the process tells its caller. */
export const exitCodes = {
  /** Done; also when the user ended it with Ctrl-C. */
  done: 0,
  /** It ran, and the answer is no: an evaluation or a check that failed. */
  failedVerdict: 1,
  /** Bad input, bad set-up, or a fault of ours: nothing was left half-written. */
  error: 2,
} as const;

/** One line for a person: `windshield: <what was expected, what was found, where> (<code>)`. */
export function describeError(error: unknown): string {
  const message = error instanceof Error || hasErrorCode(error) ? error.message : String(error);
  const code = hasErrorCode(error) ? error.code : 'ERR_INTERNAL';
  return withoutCredentials(`windshield: ${message.replaceAll(/\s*\n\s*/g, ' ')} (${code})`);
}

/** The whole story: the stack, and the stack of every cause. */
export function describeErrorFully(error: unknown): string {
  const stacks: string[] = [];
  for (let cause = error; cause !== undefined && stacks.length < 8; ) {
    stacks.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return withoutCredentials([describeError(error), ...stacks].join('\n'));
}
