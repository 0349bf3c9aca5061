import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { PartialFile } from '../../src/files/partial-file.js';
import type { Column, ColumnType, Row, Table, Value } from './table-schema.js';

export interface ParquetFileOptions {
  /** Number of rows buffered for a row group; readers skip complete groups. */
  groupRows?: number;
  /** Facts about the file, in addition to the columns' own. */
  metadata?: Readonly<Record<string, string>>;
}

const defaultGroupRows = 50_000;

const parquetTypes: Readonly<Record<ColumnType, SchemaElement>> = {
  string: { name: '', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  boolean: { name: '', type: 'BOOLEAN' },
  int32: { name: '', type: 'INT32' },
  int64: { name: '', type: 'INT64' },
  double: { name: '', type: 'DOUBLE' },
};

/**
 * A table as a Parquet file, written group by group and compressed with Snappy: one group of rows is in memory at a
 * time. The file appears only when it is complete. Its metadata holds the columns' units as `unit:<column>`.
 */
export class ParquetFile {
  readonly #file: PartialFile;
  readonly #columns: readonly (readonly [name: string, column: Column])[];
  readonly #groupRows: number;
  readonly #bytes = new ByteWriter(64 * 1024);
  readonly #writer: ParquetWriter;
  #waiting: Value[][];
  #isOver = false;
  /** Rows so far. */
  rows = 0;

  private constructor(file: PartialFile, table: Table, options: ParquetFileOptions) {
    this.#file = file;
    this.#columns = Object.entries(table.columns);
    this.#groupRows = options.groupRows ?? defaultGroupRows;
    this.#waiting = this.#columns.map(() => []);
    const units = this.#columns.flatMap(([name, { unit }]) =>
      unit === undefined ? [] : [{ key: `unit:${name}`, value: unit }],
    );
    const facts = Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value }));
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'root', num_children: this.#columns.length },
        ...this.#columns.map(
          ([name, { type, isNullable }]): SchemaElement => ({
            ...parquetTypes[type],
            name,
            repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED',
          }),
        ),
      ],
      kvMetadata: [...facts, ...units],
      createdBy: 'windshield',
    });
  }

  /** Opens `path` for writing. Throws ERR_OUTPUT. */
  static create(path: string, table: Table, options: ParquetFileOptions = {}): ParquetFile {
    return new ParquetFile(PartialFile.create(path), table, options);
  }

  /** Rejects with ERR_OUTPUT. Await it, because it holds back a reader that is faster than the disk. */
  async append(row: Row): Promise<void> {
    this.#columns.forEach(([name], index) => {
      this.#waiting[index]!.push(row[name] ?? null);
    });
    this.rows++;
    if (this.#waiting[0]!.length >= this.#groupRows) await this.#writeGroup();
  }

  /** Writes the remaining rows and the index, and gives the file its name. Rejects with ERR_OUTPUT. */
  async close(): Promise<void> {
    await this.#writeGroup();
    await this.#writer.finish();
    await this.#flush();
    await this.#file.close();
    this.#isOver = true;
  }

  /** Removes a file that was not closed. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#file.abort();
  }

  async #writeGroup(): Promise<void> {
    const data = this.#waiting;
    const rows = data[0]!.length;
    if (rows === 0) return;
    this.#waiting = this.#columns.map(() => []);
    const columnData = this.#columns.map(
      ([name], index): ColumnSource => ({ name, data: data[index]! }),
    );
    await this.#writer.write({ columnData, rowGroupSize: rows });
    await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#file.append(this.#bytes.getBytes());
    // The writer counts file offsets separately from its position in the buffer, which is free again.
    this.#bytes.index = 0;
  }
}
