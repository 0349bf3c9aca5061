import type { ErrorCode } from '../../src/frame/perception-error.js';

/** A kind of input that a user can hand in, with all that reads it. */
export interface FuzzSubject {
  name: string;
  /** How inputs are changed: as bytes, as text, as a value that is written as JSON (which YAML reads too), or as both text and value. */
  form: 'bytes' | 'text' | 'value';
  /** Where the input lies, below the folder that the reader is given. */
  file: string;
  /** Codes that the readers may answer with. */
  codes: readonly ErrorCode[];
  /** Inputs that are right, or known to be refused. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** Writes what lies around the input, once. */
  around?(dir: string): Promise<void>;
  /** Reads the input, all of it. Rejects where it is refused. */
  read(path: string, dir: string): Promise<void>;
  /** Most milliseconds that a reader may take; 10,000 when left out. */
  patienceMs?: number;
}
