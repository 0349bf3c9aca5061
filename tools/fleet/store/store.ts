import type { RecordedBytes } from '../../../src/recording/recording-reader.js';

/** What lies in a store, before it is read. */
export interface StoredObject {
  /** From the store's root, parts separated by `/`. */
  key: string;
  sizeBytes: number;
}

/**
 * A place where drives and results lie: a folder, or a bucket with a prefix. Names are keys with `/` between their
 * parts. Every method rejects with ERR_SOURCE_LOST where the store does not answer, and ERR_OUTPUT where it takes nothing.
 */
export interface Store {
  /** For people and for another process to open it again; without credentials. */
  readonly place: string;
  /** In the order of their keys. */
  list(prefix: string): AsyncGenerator<StoredObject, void, void>;
  /** The whole of a small object; undefined where there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** For reading at any place. Rejects with ERR_SOURCE_MISSING or ERR_SOURCE_EMPTY. */
  open(key: string): Promise<RecordedBytes>;
  /** A file of this machine with the object's bytes: the object itself, or a copy of it in `dir`. */
  local(key: string, dir: string): Promise<string>;
  /** Writes an object whole or not at all, in the place of an older one. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, of a file of this machine. */
  putFile(key: string, path: string): Promise<void>;
  close(): Promise<void>;
}

/** What a store needs beside its place. */
export interface StoreOptions {
  /** Address of an S3-compatible server other than that of AWS. */
  endpoint?: string | undefined;
}
