import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that will fill up. */
export interface SmallDisk {
  /** Shell commands to run before the command. */
  limit: string;
  close(): Promise<void>;
}

const pageBytes = 4096;
/** Folders and the ends of files also take pages. */
const sparePages = 16;
const blockBytes = 512;
let isMountable: boolean | undefined;

/** Whether this user may mount a file system. */
export function canMount(): boolean {
  isMountable ??= tryMount();
  return isMountable;
}

function tryMount(): boolean {
  const place = join(tmpdir(), `windshield-mount-${process.pid}`);
  mkdirSync(place);
  try {
    mount(place, 1);
    execFileSync('umount', [place], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(place);
  }
}

const mount = (place: string, pages: number) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${pages * pageBytes}`, 'tmpfs', place], {
    stdio: 'ignore',
  });

/**
 * Mounts at `place` a disk with space for an old output and part of a new one; if it cannot, limits the size of any
 * one file.
 */
export async function smallDisk(
  place: string,
  oldBytes: number,
  roomBytes: number,
): Promise<SmallDisk> {
  if (!canMount()) {
    const limit = `ulimit -f ${1 + Math.floor(roomBytes / blockBytes)}; `;
    return { limit, close: async () => {} };
  }
  mount(place, Math.ceil((oldBytes + roomBytes) / pageBytes) + sparePages);
  const close = async () => void execFileSync('umount', [place]);
  return { limit: '', close };
}
