import { PartialFile } from '../../src/files/partial-file.js';
import type { Row, Table } from './table-schema.js';

/** Amount of text that is buffered before it is written. */
const bufferChars = 64 * 1024;

/**
 * A table as CSV (RFC 4180, UTF-8, lines end in a line feed): a row of column names, then the rows. A missing value
 * is an empty field; numbers are written in full precision. The file appears only when it is complete.
 */
export class CsvFile {
  readonly #file: PartialFile;
  readonly #names: readonly string[];
  #waiting: string;
  #isOver = false;
  /** Rows so far, without the header. */
  rows = 0;

  private constructor(file: PartialFile, names: readonly string[]) {
    this.#file = file;
    this.#names = names;
    this.#waiting = `${names.join(',')}\n`;
  }

  /** Opens `path` for writing. Throws ERR_OUTPUT. */
  static create(path: string, table: Table): CsvFile {
    return new CsvFile(PartialFile.create(path), Object.keys(table.columns));
  }

  /** Rejects with ERR_OUTPUT. */
  async append(row: Row): Promise<void> {
    this.#waiting += `${this.#names.map((name) => csvField(row[name] ?? null)).join(',')}\n`;
    this.rows++;
    if (this.#waiting.length >= bufferChars) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#file.close();
    this.#isOver = true;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#file.abort();
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    await this.#file.append(Buffer.from(text));
  }
}

/** One field by RFC 4180; empty for null. */
export function csvField(value: unknown): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
