import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { PerceptionError } from '../frame/perception-error.js';

/**
 * A file that is there whole or not at all: bytes go to `<path>.partial`, which takes the name `path` when it
 * is closed and goes away when it is aborted. An older file at `path` stays untouched until then.
 */
export class PartialFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #positionBytes = 0;
  #isOpen = true;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Opens `<path>.partial` for writing; ERR_OUTPUT when the folder is missing or may not be written. */
  static async create(path: string): Promise<PartialFile> {
    try {
      const existing = await stat(path).catch(() => undefined);
      if (existing !== undefined && !existing.isFile()) throw new Error('it is not a plain file');
      return new PartialFile(path, await open(`${path}.partial`, 'w'));
    } catch (cause) {
      throw outputError(path, cause);
    }
  }

  get positionBytes(): number {
    return this.#positionBytes;
  }

  /** Appends all of `bytes`; they may be reused once the promise resolves. */
  async append(bytes: Uint8Array): Promise<void> {
    let writtenBytes = 0;
    try {
      while (writtenBytes < bytes.byteLength) {
        const rest = bytes.byteLength - writtenBytes;
        writtenBytes += (await this.#handle.write(bytes, writtenBytes, rest)).bytesWritten;
      }
    } catch (cause) {
      throw outputError(this.path, cause);
    }
    this.#positionBytes += bytes.byteLength;
  }

  /** Makes the file durable and gives it its name. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(`${this.path}.partial`, this.path);
    } catch (cause) {
      await rm(`${this.path}.partial`, { force: true });
      throw outputError(this.path, cause);
    }
  }

  /** Closes it in the middle; `<path>.partial` stays. May be called twice, and after `close`. */
  async leave(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  /** Removes what was written; nothing is left behind. May be called twice, and after `close`. */
  async abort(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
    await rm(`${this.path}.partial`, { force: true });
  }
}

function outputError(path: string, cause: unknown): PerceptionError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PerceptionError('ERR_OUTPUT', `cannot write ${path}: ${reason}`, { cause });
}
