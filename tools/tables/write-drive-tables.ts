import { join } from 'node:path';
import { makeFolder } from '../../src/files/make-folder.js';
import { CsvFile } from './csv-file.js';
import { driveTables, type TableName, type TableRow, tablesVersion } from './drive-tables.js';
import { ParquetFile } from './parquet-file.js';

export type TableFormat = 'csv' | 'parquet';

type TableFile = CsvFile | ParquetFile;

/**
 * Writes rows into one file per table, `<folder>/<table>.csv` or `.parquet`; creates the folder if necessary. A table
 * without rows becomes a file without rows, so that a question finds every table. If reading or writing fails, no
 * file is created or changed, except those already closed. Resolves with the number of rows by table. Rejects with
 * the error of `rows`, and with ERR_OUTPUT.
 */
export async function writeDriveTables(
  rows: AsyncIterable<TableRow>,
  folder: string,
  format: TableFormat,
): Promise<Record<TableName, number>> {
  const files = new Map<TableName, TableFile>();
  const iterator = rows[Symbol.asyncIterator]();
  try {
    // Reads first, so that nothing is created for a recording that cannot be read.
    let next = await iterator.next();
    makeFolder(folder);
    for (const name of Object.keys(driveTables) as TableName[])
      files.set(name, create(join(folder, `${name}.${format}`), name, format));
    for (; !next.done; next = await iterator.next())
      await files.get(next.value.table)!.append(next.value.row);
    for (const file of files.values()) await file.close();
  } finally {
    for (const file of files.values()) file.abort();
    await iterator.return?.();
  }
  return Object.fromEntries([...files].map(([name, { rows }]) => [name, rows])) as Record<
    TableName,
    number
  >;
}

function create(path: string, name: TableName, format: TableFormat): TableFile {
  if (format === 'csv') return CsvFile.create(path, driveTables[name]);
  const metadata = { 'windshield.table': name, 'windshield.tables.version': String(tablesVersion) };
  return ParquetFile.create(path, driveTables[name], { metadata });
}
