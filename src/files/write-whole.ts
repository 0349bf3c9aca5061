import { PartialFile } from './partial-file.js';

/**
 * Writes a complete file or none: to a file next to it, flushed to the disk, then renamed. An older file at `path` stays
 * until then, and nothing is left next to it.
 * @throws ERR_OUTPUT if that fails, for example on a full disk.
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
