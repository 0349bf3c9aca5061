import { closeSync, fstatSync, openSync, rmSync, type Stats, statSync } from 'node:fs';
import { PerceptionError } from '../frame/perception-error.js';
import { namesIn } from './names-in.js';

/** Suffix of a file that is being written. */
export const partialSuffix = '.partial';

/**
 * Creates and opens `partial`, the file next to `path` that is written in its place, for this process alone. A file that
 * a dead writer left there is removed.
 * @throws ERR_OUTPUT if another process is writing it, or if `path` is not a plain file; the system's own error for all
 * else.
 */
export function claimPartial(path: string, partial: string): number {
  const existing = statIfThere(path);
  if (existing !== undefined && !existing.isFile())
    throw new PerceptionError(
      'ERR_OUTPUT',
      `cannot write ${path}: expected a file, found ${nameOf(existing)}`,
    );
  for (let tries = 0; ; tries++) {
    try {
      return openSync(partial, 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries === 2) throw error;
      if (!isAbandoned(partial)) throw inUse(path, partial);
      rmSync(partial, { force: true });
    }
  }
}

/** True if the file `partial` exists and no process writes it any more: its writer was killed. */
export function isAbandoned(partial: string): boolean {
  const left = statIfThere(partial);
  return left?.isFile() === true && holderOf(left) === undefined;
}

/** True if another process has the file `partial` open; false on systems that do not say who has a file open. */
export function isHeldByAnother(partial: string): boolean {
  const left = statIfThere(partial);
  const holder = left && holderOf(left);
  return typeof holder === 'number' && holder !== process.pid;
}

/** As `isAbandoned`, for a folder that its writer holds open. */
export function isAbandonedFolder(partial: string): boolean {
  const left = statIfThere(partial);
  return left?.isDirectory() === true && holderOf(left) === undefined;
}

/** True while the open file is the one at `path`: nobody has put another in its place. */
export function isStillAt(path: string, fd: number): boolean {
  const there = statIfThere(path);
  const own = fstatSync(fd);
  return there !== undefined && there.ino === own.ino && there.dev === own.dev;
}

function inUse(path: string, partial: string): PerceptionError {
  const left = statIfThere(partial);
  const holder = left && holderOf(left);
  const who = typeof holder === 'number' ? `process ${holder} writing` : 'another';
  return new PerceptionError(
    'ERR_OUTPUT',
    `cannot write ${path}: expected to be the only one that writes it, found ${who} ${partial}; choose another name, or remove that file if nobody writes it`,
  );
}

/**
 * Returns the id of a process that has the file open, from Linux's /proc; undefined if there is none. Returns 'unknown'
 * on other systems, and if the file belongs to another user, whose processes cannot be inspected.
 */
function holderOf(file: Stats): number | 'unknown' | undefined {
  if (process.platform !== 'linux') return 'unknown';
  const uid = process.getuid?.();
  if (uid !== 0 && uid !== file.uid) return 'unknown';
  // Processes may end during the search.
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const held = statIfThere(`/proc/${pid}/fd/${fd}`);
      if (held !== undefined && held.ino === file.ino && held.dev === file.dev) return Number(pid);
    }
  }
  return undefined;
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function nameOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Closes and ignores errors: the file is given up anyway. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Closed already.
  }
}
