import { createRequire } from 'node:module';
import type { DuckDBConnection, DuckDBInstance, JS } from '@duckdb/node-api';
import { firstLine } from '../../../src/frame/first-line.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';

/** An answer: the names of its columns, and its rows. */
export interface Answer {
  columns: string[];
  rows: JS[][];
}

/** An in-memory database over files that are named one by one. Close it when done. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Rejects with ERR_TOOL_MISSING if the package is not installed. */
  static async open(): Promise<Database> {
    const { DuckDBInstance } = loadDuckDb();
    // Nothing is downloaded: only built-in extensions are available.
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new Database(instance, await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  /** From now on only files below these folders can be read, and a question cannot change this. */
  async confine(folders: readonly string[]): Promise<void> {
    const allowed = folders.map((folder) => quoted(`${folder}/`)).join(', ');
    await this.run(`set allowed_directories = [${allowed}]`);
    await this.run('set enable_external_access = false');
    await this.run('set lock_configuration = true');
  }

  /** Rejects with ERR_USAGE and the database's own message if the question is not valid. */
  async ask(sql: string): Promise<Answer> {
    const reader = await this.#connection.runAndReadAll(sql).catch((cause: Error) => {
      throw new PerceptionError('ERR_USAGE', `the question cannot be answered: ${cause.message}`, {
        cause,
      });
    });
    return { columns: reader.columnNames(), rows: reader.getRowsJS() };
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Quotes a text for SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The package is optional, because its 70 MB are needed only here. */
function loadDuckDb(): typeof import('@duckdb/node-api') {
  try {
    return createRequire(import.meta.url)('@duckdb/node-api');
  } catch (cause) {
    throw new PerceptionError(
      'ERR_TOOL_MISSING',
      `expected the package @duckdb/node-api to answer questions, found ${firstLine((cause as Error).message)}: npm install @duckdb/node-api`,
      { cause },
    );
  }
}
