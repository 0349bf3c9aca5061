import { PartialFile } from './partial-file.js';

/**
 * Writes a file whole or not at all: to a file beside it, on the disk, then renamed. What stood at `path` before
 * stands until then, and nothing is left beside it.
 * @throws ERR_OUTPUT when that fails, a full disk for one.
 */
export function writeWhole(path: string, ...parts: readonly (string | Uint8Array)[]): void {
  const file = PartialFile.create(path);
  try {
    for (const part of parts)
      file.appendSync(typeof part === 'string' ? new TextEncoder().encode(part) : part);
    file.closeSync();
  } catch (error) {
    file.abort();
    throw error;
  }
}
