import type { RecordedBytes } from '../../../src/recording/recording-reader.js';

/** An object in a store, before it is read. */
export interface StoredObject {
  /** Relative to the store's root, with parts separated by `/`. */
  key: string;
  sizeBytes: number;
}

/**
 * A place for drives and results: a folder, or a bucket with a prefix. Names are keys with `/` between their parts.
 * Every method rejects with ERR_SOURCE_LOST if the store does not answer, and with ERR_OUTPUT if it refuses a write.
 */
export interface Store {
  /** Address, for people and for another process to open the store; without credentials. */
  readonly place: string;
  /** In the order of their keys. */
  list(prefix: string): AsyncGenerator<StoredObject, void, void>;
  /** All bytes of a small object; undefined if there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** For random-access reading. Rejects with ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY. */
  open(key: string): Promise<RecordedBytes>;
  /** Path of a local file with the object's bytes: the object itself, or a copy of it in `dir`. */
  local(key: string, dir: string): Promise<string>;
  /** Writes an object atomically, replacing an older one. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, from a local file. */
  putFile(key: string, path: string): Promise<void>;
  close(): Promise<void>;
}

/** What a store needs besides its place. */
export interface StoreOptions {
  /** Address of an S3-compatible server, if not AWS. */
  endpoint?: string | undefined;
  /** Called as bytes of objects arrive or leave, also in the middle of one. Not passed on to other processes. */
  onBytes?: (() => void) | undefined;
}
