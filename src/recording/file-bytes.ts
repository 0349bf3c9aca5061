import type { FileHandle } from 'node:fs/promises';

/** Reads exactly `lengthBytes` at `offset`, or fewer where the file ends. The caller owns the bytes. */
export async function readBytes(
  handle: FileHandle,
  offset: number,
  lengthBytes: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes);
  let filled = 0;
  while (filled < lengthBytes) {
    const { bytesRead } = await handle.read(bytes, filled, lengthBytes - filled, offset + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}
