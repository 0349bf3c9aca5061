import { createReadStream, type Dirent, type Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { partialSuffix } from '../../../src/files/claim-partial.js';
import { makeFolder } from '../../../src/files/make-folder.js';
import { PartialFile } from '../../../src/files/partial-file.js';
import { describeReadFailure } from '../../../src/files/read-input.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { PlainFile } from '../../../src/recording/file-bytes.js';
import type { RecordedBytes } from '../../../src/recording/recording-reader.js';
import type { Store, StoredObject, StoreOptions } from './store.js';

/**
 * A folder, local or on a network file system. Several processes may write into it, on one machine or on many. Links in it
 * are followed wherever they lead, because whoever owns the folder made them; a link back to a folder above it is left out.
 */
export class FolderStore implements Store {
  readonly place: string;
  readonly #onBytes: () => void;

  constructor(path: string, { onBytes = () => {} }: StoreOptions = {}) {
    this.place = resolve(path);
    this.#onBytes = onBytes;
  }

  async *list(prefix: string): AsyncGenerator<StoredObject, void, void> {
    // A prefix may end in the middle of a name, as in buckets.
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for await (const object of this.#walk(folder)) if (object.key.startsWith(prefix)) yield object;
  }

  /** `above`: the folders on the way here. Below a link, where one of them may come again, `isLinked`. */
  async *#walk(
    folder: string,
    above: readonly string[] = [],
    isLinked = false,
  ): AsyncGenerator<StoredObject, void, void> {
    if (isLinked && (await this.#isAmong(folder, above))) return;
    const entries = await readdir(join(this.place, folder), { withFileTypes: true }).catch(
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return [];
        throw this.#lost(folder, cause);
      },
    );
    const links = new Set<string>();
    const keys: string[] = [];
    for (const entry of entries) {
      const key = `${folder}${entry.name}`;
      let found: Dirent | Stats | undefined = entry;
      if (entry.isSymbolicLink()) {
        found = await stat(join(this.place, key)).catch(() => undefined);
        links.add(`${key}/`);
      }
      keys.push(found?.isDirectory() ? `${key}/` : key);
    }
    for (const key of keys.sort()) {
      if (key.endsWith('/')) yield* this.#walk(key, [...above, folder], isLinked || links.has(key));
      else if (!key.endsWith(partialSuffix)) {
        // What has gone meanwhile, or is not a file, is skipped.
        const found = await stat(join(this.place, key)).catch(() => undefined);
        if (found?.isFile()) yield { key, sizeBytes: found.size };
      }
    }
  }

  async #isAmong(folder: string, others: readonly string[]): Promise<boolean> {
    const statOf = (key: string) =>
      stat(join(this.place, key), { bigint: true }).catch(() => undefined);
    const own = await statOf(folder);
    for (const key of own === undefined ? [] : others) {
      const other = await statOf(key);
      if (other?.dev === own!.dev && other.ino === own!.ino) return true;
    }
    return false;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return readFile(this.#path(key)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw this.#lost(key, cause);
    });
  }

  async open(key: string): Promise<RecordedBytes> {
    const file = await PlainFile.open(this.#path(key), 'recording');
    const { path, sizeBytes } = file;
    const read = async (offset: number, length: number) => {
      const bytes = await file.read(offset, length);
      this.#onBytes();
      return bytes;
    };
    return { path, sizeBytes, read, close: () => file.close() };
  }

  async local(key: string): Promise<string> {
    return this.#path(key);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#write(key, async (file) => file.append(bytes));
  }

  async putFile(key: string, path: string): Promise<void> {
    await this.#write(key, async (file) => {
      for await (const chunk of createReadStream(path)) {
        await file.append(chunk);
        this.#onBytes();
      }
    });
  }

  async close(): Promise<void> {}

  async #write(key: string, fill: (file: PartialFile) => Promise<void>): Promise<void> {
    const path = this.#path(key);
    makeFolder(dirname(path));
    // A unique name, because another worker, even on another machine, may be writing the same key.
    const own = `${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
    const file = PartialFile.create(path, { partial: `${path}.${own}${partialSuffix}` });
    try {
      await fill(file);
      await file.close();
    } catch (error) {
      file.abort();
      throw error;
    }
  }

  #path(key: string): string {
    const path = resolve(this.place, key);
    if (path !== this.place && !path.startsWith(this.place.replace(/\/$/, '') + sep))
      throw new PerceptionError('ERR_USAGE', `expected a name inside ${this.place}, found ${key}`);
    return path;
  }

  #lost(key: string, cause: unknown): PerceptionError {
    const why = describeReadFailure(cause);
    const message = `${join(this.place, key)}: expected to read it, found ${why}`;
    return new PerceptionError('ERR_SOURCE_LOST', message, { cause });
  }
}
