import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { PerceptionError } from '../../src/frame/perception-error.js';

/**
 * Writes a file whole or not at all: to a file beside it, on the disk, then renamed. Throws ERR_OUTPUT when that
 * fails, a full disk for one; what stood at `path` before still stands, and nothing is left beside it.
 */
export function writeWhole(path: string, parts: readonly Uint8Array[]): void {
  const partial = `${path}.partial`;
  try {
    const file = openSync(partial, 'w');
    try {
      for (const part of parts) writeAll(file, part);
      // Without this a power cut soon after the rename could leave an empty file under the good name.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    const found = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new PerceptionError(
      'ERR_OUTPUT',
      `${path}: expected room and leave to write, found ${found}; the file written before it stands`,
      { cause },
    );
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
