import type { ErrorCode } from '../../src/frame/perception-error.js';

/** A kind of user input, with all code that reads it. */
export interface FuzzSubject {
  name: string;
  /**
   * How inputs are changed: as bytes, as text, as a value written as JSON (which YAML reads too), or as both text and
   * value.
   */
  form: 'bytes' | 'text' | 'value';
  /** Path of the input, relative to the reader's folder. */
  file: string;
  /** Error codes that the readers may answer with. */
  codes: readonly ErrorCode[];
  /** Inputs that are valid, or known to be refused. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** Writes the files that the input needs around it, once. */
  around?(dir: string): Promise<void>;
  /** Reads the complete input. Rejects if it is refused. */
  read(path: string, dir: string): Promise<void>;
  /** Time limit of a reader, milliseconds; 10,000 by default. */
  patienceMs?: number;
}
