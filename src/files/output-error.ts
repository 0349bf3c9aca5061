import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';

/** Returns ERR_OUTPUT with the file and the system's reason; a PerceptionError is passed through. */
export function outputError(path: string, cause: unknown): PerceptionError {
  if (hasErrorCode(cause)) return cause as PerceptionError;
  const { code } = cause as NodeJS.ErrnoException;
  const reason = (code && reasons[code]) ?? (cause instanceof Error ? cause.message : `${cause}`);
  return new PerceptionError('ERR_OUTPUT', `cannot write ${path}: ${reason}`, { cause });
}

/** Reasons that a person can act on, in words; the code stays, to be searched for. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'expected room on the disk, found it full (ENOSPC)',
  EDQUOT: 'expected room in the quota, found it used up (EDQUOT)',
  EFBIG: 'expected room, found the largest size of a file reached (EFBIG)',
  ENOENT: 'expected its folder, found none (ENOENT)',
  ENOTDIR: 'expected its folder, found a file in that place (ENOTDIR)',
  EACCES: 'expected leave to write there, found none (EACCES)',
  EROFS: 'expected a file system that can be written, found one that cannot (EROFS)',
};
