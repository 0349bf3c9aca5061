import { type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { elapsedMs, nowNs } from '../../src/frame/clock.js';
import { amiss, type Finding, fine, reasonOf } from './finding.js';

const chunkBytes = 4 * 1024 * 1024;
const mostBytes = 64 * 1024 * 1024;
/** The measurement ends after this long even on a slow disk, milliseconds. */
const mostMs = 4000;
/** JPEG pictures of a 1280x720 camera at 30 Hz come to about 6 MB/s; a disk should have a margin. */
const leastMbPerS = 20;
const leastFreeBytes = 2e9;

/** What was measured of the disk. */
export interface DiskReading {
  freeBytes: number;
  writtenBytes: number;
  /** Megabytes (10^6) per second that reached the disk. */
  mbPerS: number;
  /** Longest time for 4 MiB, milliseconds: a recorder must buffer for that long. */
  longestStallMs: number;
}

/**
 * Writes up to 64 MiB to a temporary file in `dir`, synced to the disk piece by piece, for at most about 4 s. The
 * file is unlinked before the first byte, so nothing remains however this process ends.
 */
export async function measureDisk(dir: string): Promise<DiskReading> {
  const { bavail, bsize } = await statfs(dir);
  const freeBytes = bavail * bsize;
  const path = join(dir, `.windshield-doctor-${process.pid}`);
  const handle = await open(path, 'wx');
  try {
    await rm(path);
    return { freeBytes, ...(await writeFor(handle, Math.min(mostBytes, freeBytes / 2))) };
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}

async function writeFor(handle: FileHandle, limitBytes: number) {
  // Varying bytes, because some disks compress a file of zeros.
  const chunk = Buffer.alloc(chunkBytes);
  for (let i = 0; i < chunkBytes; i += 4) chunk.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, i);
  const startNs = nowNs();
  let writtenBytes = 0;
  let longestStallMs = 0;
  while (writtenBytes < limitBytes && elapsedMs(startNs, nowNs()) < mostMs) {
    const chunkStartNs = nowNs();
    const { bytesWritten } = await handle.write(chunk);
    await handle.datasync();
    longestStallMs = Math.max(longestStallMs, elapsedMs(chunkStartNs, nowNs()));
    writtenBytes += bytesWritten;
  }
  const seconds = elapsedMs(startNs, nowNs()) / 1000;
  return { writtenBytes, mbPerS: writtenBytes / 1e6 / seconds, longestStallMs };
}

/** Checks the disk that recordings are written to. `isNeeded`: the pipeline file records. */
export async function checkDisk(dir: string, isNeeded: boolean): Promise<Finding> {
  const name = 'disk';
  const folder = await stat(dir).catch(() => undefined);
  if (!folder?.isDirectory())
    return amiss(name, 'missing', `no folder ${dir}`, `create it: \`mkdir -p ${dir}\``, isNeeded);
  let reading: DiskReading;
  try {
    reading = await measureDisk(dir);
  } catch (error) {
    const action = 'choose a folder that can be written to, with room in it';
    return amiss(name, 'failed', reasonOf(error), action, isNeeded);
  }
  const { freeBytes, mbPerS, longestStallMs } = reading;
  const found = `${(freeBytes / 1e9).toFixed(1)} GB free, writes ${mbPerS.toFixed(0)} MB/s, stalls of ${longestStallMs.toFixed(0)} ms at most, in ${dir}`;
  if (freeBytes < leastFreeBytes)
    return amiss(name, 'warning', found, 'make room: a full disk ends the recording', isNeeded);
  if (mbPerS < leastMbPerS)
    return amiss(
      name,
      'warning',
      found,
      'record without pictures, or to a faster disk: results beyond 256 that wait are dropped from the file',
      isNeeded,
    );
  return fine(name, found, isNeeded);
}
