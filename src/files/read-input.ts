import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type ErrorCode, hasErrorCode, PerceptionError } from '../frame/perception-error.js';

/** Largest file that is read into memory, bytes: a wrong path must not fill it. */
const maxTextBytes = 16 * 2 ** 20;

export interface ReadOptions {
  /** Error code for a file that cannot be read. */
  code: ErrorCode;
  /** What the file is to the user, such as `a pipeline file`. */
  what: string;
  maxBytes?: number;
}

/**
 * Reads a complete plain file of at most `maxBytes` (16 MiB). A folder, a pipe or a device is refused without waiting for
 * it. Throws a one-line error of `code`: what was expected, what was found, where.
 */
export function readInput(path: string, options: ReadOptions): Buffer {
  const { code, what, maxBytes = maxTextBytes } = options;
  const refused = (found: string, cause?: unknown) =>
    new PerceptionError(code, `${path}: expected ${what}, found ${found}`, { cause });
  let fd: number | undefined;
  try {
    // Non-blocking: a pipe would not open before somebody writes to it.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refused(stats.isDirectory() ? 'a folder' : 'a pipe or a device');
    if (stats.size > maxBytes)
      throw new PerceptionError(
        code,
        `${path}: expected ${what} of at most ${maxBytes} bytes, found ${stats.size}`,
      );
    const bytes = Buffer.alloc(stats.size);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(fd, bytes, filled, bytes.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    if (hasErrorCode(cause)) throw cause;
    throw refused(describeReadFailure(cause), cause);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** As readInput, as UTF-8 without a byte order mark. */
export function readInputText(path: string, options: ReadOptions): string {
  const text = readInput(path, options).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'nothing there',
  ENOTDIR: 'a file in the place of its folder',
  EISDIR: 'a folder',
  EACCES: 'no leave to read it (EACCES)',
  EPERM: 'no leave to read it (EPERM)',
  ELOOP: 'links that lead in a circle (ELOOP)',
  ENAMETOOLONG: 'a name that is too long (ENAMETOOLONG)',
  ENXIO: 'a pipe or a device',
  EMFILE: 'too many open files (EMFILE): raise the limit, `ulimit -n`',
  ENFILE: 'too many open files on the whole machine (ENFILE)',
  ENOMEM: 'no memory for it (ENOMEM)',
  EIO: 'a fault of the disk (EIO)',
  ERR_INVALID_ARG_VALUE: 'a name that no file can have',
};

/** Returns why the system did not open or read a file, in words; the code stays if a person would search for it. */
export function describeReadFailure(cause: unknown): string {
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return (code && reasons[code]) ?? code ?? String(cause);
}
