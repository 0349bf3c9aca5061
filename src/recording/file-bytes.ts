import { type FileHandle, open, stat } from 'node:fs/promises';
import { PerceptionError } from '../frame/perception-error.js';

/** Reads exactly `lengthBytes` at `offset`, or fewer at the end of the file. The caller owns the bytes. */
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

/** What a path is that is not a regular file, in words. */
export function describeKind(stats: {
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'no plain file';
}

/** Bytes that are read ahead if small reads follow each other, and the largest gap between such reads. */
const aheadBytes = 256 * 1024;
const nearBytes = 4 * 1024;

/**
 * A regular file of known size, read at any offset. Lengths inside the file are not trusted: a read is limited to the end
 * of the file before memory is allocated. Close it when done.
 */
export class PlainFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #ahead: Uint8Array = new Uint8Array(0);
  #aheadOffset = 0;

  private constructor(path: string, sizeBytes: number, handle: FileHandle) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
  }

  /** `what` names it in errors: "recording". Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY or ERR_RECORDING. */
  static async open(path: string, what: string): Promise<PlainFile> {
    const missing = (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'ENOENT' ? `there is no ${what} ${path}` : `cannot read ${path}: ${cause}`;
      return new PerceptionError('ERR_SOURCE_MISSING', message, { cause });
    };
    // Before opening: to open a pipe would wait for a writer.
    const stats = await stat(path).catch((cause) => {
      throw missing(cause);
    });
    if (!stats.isFile()) {
      const found = describeKind(stats);
      throw new PerceptionError('ERR_RECORDING', `expected a ${what}, found ${found}: ${path}`);
    }
    if (stats.size === 0) {
      throw new PerceptionError('ERR_SOURCE_EMPTY', `the ${what} is empty: ${path}`);
    }
    const handle = await open(path).catch((cause) => {
      throw missing(cause);
    });
    return new PlainFile(path, stats.size, handle);
  }

  /** Reads `lengthBytes` at `offset`, or fewer at the end of the file. The caller owns the bytes. */
  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const inside = Math.max(0, Math.min(lengthBytes, this.sizeBytes - offset));
    if (inside > aheadBytes) return readBytes(this.#handle, offset, inside);
    const start = offset - this.#aheadOffset;
    if (start >= 0 && start + inside <= this.#ahead.length)
      return this.#ahead.slice(start, start + inside);
    // Small reads in sequence: reads ahead.
    const isNext = start >= 0 && start <= this.#ahead.length + nearBytes;
    const bytes = await readBytes(
      this.#handle,
      offset,
      isNext ? Math.min(aheadBytes, this.sizeBytes - offset) : inside,
    );
    this.#ahead = bytes;
    this.#aheadOffset = offset;
    return bytes.slice(0, inside);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
