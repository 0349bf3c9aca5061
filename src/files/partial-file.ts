import { fsync, fsyncSync, renameSync, rmSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { PerceptionError } from '../frame/perception-error.js';
import { claimPartial, closeQuietly, isStillAt, partialSuffix } from './claim-partial.js';
import { forget, removeAtExit } from './open-partials.js';
import { outputError } from './output-error.js';

const writeAsync = promisify(write);
const flush = promisify(fsync);

export interface PartialFileOptions {
  /** File that is written first, in the same folder as `path`; `<path>.partial` when left out. */
  partial?: string;
  /** Keeps `<path>.partial` if the process ends early or the file cannot be closed; otherwise it is removed. */
  isKept?: boolean;
}

/**
 * The one way to write a file: it is complete or absent. Bytes go to `<path>.partial`, which belongs to this process
 * alone; `close` flushes it to the disk and renames it to `path`; `abort` removes it. An older file at `path` stays
 * untouched until then.
 */
export class PartialFile {
  readonly path: string;
  /** Where the bytes are until the file has its name. */
  readonly partial: string;
  readonly #fd: number;
  #positionBytes = 0;
  readonly #isKept: boolean;
  #isOpen = true;

  private constructor(path: string, partial: string, fd: number, isKept: boolean) {
    this.path = path;
    this.partial = partial;
    this.#fd = fd;
    this.#isKept = isKept;
  }

  /**
   * Opens `<path>.partial` for writing.
   * @throws ERR_OUTPUT if the folder is missing or may not be written, if `path` is not a plain file, or if another
   * process is writing it.
   */
  static create(path: string, options: PartialFileOptions = {}): PartialFile {
    const partial = options.partial ?? `${path}${partialSuffix}`;
    try {
      const fd = claimPartial(path, partial);
      const isKept = options.isKept === true;
      if (!isKept) removeAtExit(partial);
      return new PartialFile(path, partial, fd, isKept);
    } catch (cause) {
      throw outputError(path, cause);
    }
  }

  get positionBytes(): number {
    return this.#positionBytes;
  }

  /** Appends all of `bytes`; they may be reused once the promise resolves. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.byteLength; )
        at += (await writeAsync(this.#fd, bytes, at, bytes.byteLength - at, null)).bytesWritten;
    } catch (cause) {
      throw outputError(this.path, cause);
    }
    this.#positionBytes += bytes.byteLength;
  }

  /** Appends all of `bytes` before it returns. */
  appendSync(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(this.#fd, bytes, at);
    } catch (cause) {
      throw outputError(this.path, cause);
    }
    this.#positionBytes += bytes.byteLength;
  }

  /** Makes the file durable and gives it its name. Rejects with ERR_OUTPUT; then only a kept partial file stays. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    try {
      // Without this a power cut soon after the rename could leave an empty file under the good name.
      await flush(this.#fd);
    } catch (cause) {
      this.#giveUp();
      throw outputError(this.path, cause);
    }
    this.#takeName();
  }

  /** As `close`, but synchronous. */
  closeSync(): void {
    if (!this.#isOpen) return;
    try {
      fsyncSync(this.#fd);
    } catch (cause) {
      this.#giveUp();
      throw outputError(this.path, cause);
    }
    this.#takeName();
  }

  /** Closes the unfinished file; `<path>.partial` stays. May be called twice, and after `close`. */
  leave(): void {
    if (this.#isOpen) this.#end();
  }

  /** Removes what was written; nothing is left behind. May be called twice, and after `close`. */
  abort(): void {
    if (!this.#isOpen) return;
    // A file that another process writes there by now is kept.
    if (isStillAt(this.partial, this.#fd)) rmSync(this.partial, { force: true });
    this.#end();
  }

  #giveUp(): void {
    if (this.#isKept) this.leave();
    else this.abort();
  }

  #takeName(): void {
    try {
      if (!isStillAt(this.partial, this.#fd))
        throw new PerceptionError(
          'ERR_OUTPUT',
          `cannot write ${this.path}: expected ${this.partial} as it was written, found it taken away by another process`,
        );
      renameSync(this.partial, this.path);
    } catch (cause) {
      this.#giveUp();
      throw outputError(this.path, cause);
    }
    this.#end();
  }

  #end(): void {
    this.#isOpen = false;
    forget(this.partial);
    closeQuietly(this.#fd);
  }
}
