import { hasErrorCode, PerceptionError } from '../../src/frame/perception-error.js';
import type { ByteSource } from '../../src/recording/byte-source.js';

/** A file that was dropped on the page, or one at an address that supports range requests. */
export type FileOrigin =
  | { name: string; blob: Blob }
  | { name: string; url: string; sizeBytes: number };

/** Small reads are answered from blocks of this size; the newest ones are kept. */
const blockBytes = 128 * 1024;
const keptBlocks = 32;

export const sizeOf = (origin: FileOrigin): number =>
  'blob' in origin ? origin.blob.size : origin.sizeBytes;

/** Opens the file for the recording code of src. */
export function openBytes(origin: FileOrigin): ByteSource {
  const sizeBytes = sizeOf(origin);
  const blocks = new Map<number, Promise<Uint8Array>>();
  const block = (index: number): Promise<Uint8Array> => {
    const start = index * blockBytes;
    const known = blocks.get(index);
    const read = known ?? fetchBytes(origin, start, Math.min(start + blockBytes, sizeBytes));
    blocks.delete(index);
    blocks.set(index, read);
    // What failed is asked for again.
    read.catch(() => blocks.get(index) === read && blocks.delete(index));
    if (blocks.size > keptBlocks) blocks.delete(blocks.keys().next().value!);
    return read;
  };
  return {
    sizeBytes,
    async read(offset, lengthBytes) {
      const end = Math.min(offset + lengthBytes, sizeBytes);
      if (end <= offset) return new Uint8Array();
      if (end - offset >= blockBytes) return fetchBytes(origin, offset, end);
      const index = Math.floor(offset / blockBytes);
      const start = index * blockBytes;
      const first = (await block(index)).slice(offset - start, end - start);
      if (first.length === end - offset) return first;
      const bytes = new Uint8Array(end - offset);
      bytes.set(first);
      bytes.set((await block(index + 1)).subarray(0, end - offset - first.length), first.length);
      return bytes;
    },
  };
}

/** Rejects with ERR_SOURCE_LOST: the file may be intact, so that nothing in it counts as damaged. */
async function fetchBytes(origin: FileOrigin, start: number, end: number): Promise<Uint8Array> {
  const lost = (found: string, cause?: unknown) =>
    new PerceptionError(
      'ERR_SOURCE_LOST',
      `${origin.name}: expected its bytes from ${start} on, found: ${found}`,
      { cause },
    );
  try {
    if ('blob' in origin) return new Uint8Array(await origin.blob.slice(start, end).arrayBuffer());
    const response = await fetch(origin.url, { headers: { range: `bytes=${start}-${end - 1}` } });
    if (!response.ok) throw lost(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (hasErrorCode(cause)) throw cause;
    throw lost(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
