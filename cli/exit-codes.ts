import { withoutCredentials } from '../src/capture/credentials.js';
import { outputError } from '../src/files/output-error.js';
import { describeReadFailure } from '../src/files/read-input.js';
import { oneLine } from '../src/frame/one-line.js';
import { type ErrorCode, hasErrorCode } from '../src/frame/perception-error.js';

/** Exit codes of the process. */
export const exitCodes = {
  /** Done; also if the user ended it with Ctrl-C. */
  done: 0,
  /** It ran, and the answer is no: an evaluation or a check that failed. */
  failedVerdict: 1,
  /** Bad input, bad set-up, or a fault of windshield: nothing was left half-written. */
  error: 2,
  /** Ctrl-C ended it early; the code is that of shells for this signal. */
  interrupted: 130,
  /** SIGTERM ended `fleet run` with units left; the code is that of shells for this signal: start it again. */
  takenBack: 143,
} as const;

/** One line for people: `windshield: <what was expected, what was found, where> (<code>)`. */
export function describeError(error: unknown): string {
  const { code, message } = ofOurs(error);
  return withoutCredentials(`windshield: ${oneLine(message)} (${code})`);
}

/** Everything about an error: its stack, and the stack of every cause. */
export function describeErrorFully(error: unknown): string {
  const stacks: string[] = [];
  for (let cause = error; cause !== undefined && stacks.length < 8; ) {
    stacks.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return withoutCredentials([describeError(error), ...stacks].join('\n'));
}

/** System calls that write; all others with a file name read it. */
const writingCalls = new Set(
  'write mkdir mkdtemp rename unlink rmdir rm ftruncate fsync fdatasync copyfile link symlink chmod'.split(
    ' ',
  ),
);

/** Errors of the system or Node about a file concern the user's input, even if no code of windshield has reworded them. */
function ofOurs(error: unknown): { code: ErrorCode; message: string } {
  if (hasErrorCode(error)) return error;
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
    return {
      code: 'ERR_CONFIG',
      message: `expected room for one more file${path ? ` (${path})` : ''}, found ${describeReadFailure(error)}`,
    };
  if (code === 'ERR_INVALID_ARG_VALUE' && /null bytes/.test(message))
    return { code: 'ERR_USAGE', message: 'expected names of files, found one with a null byte' };
  if (syscall === undefined) return { code: 'ERR_INTERNAL', message };
  if (writingCalls.has(syscall) || code === 'ENOSPC' || code === 'EROFS' || code === 'EFBIG')
    return outputError(path ?? syscall, error);
  if (path !== undefined)
    return {
      code: 'ERR_SOURCE_MISSING',
      message: `${path}: expected to read it, found ${describeReadFailure(error)}`,
    };
  return { code: 'ERR_INTERNAL', message };
}
