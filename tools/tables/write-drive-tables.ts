import { join } from 'node:path';
import { makeFolder } from '../../src/files/make-folder.js';
import { CsvFile } from './csv-file.js';
import { driveTables, type TableName, type TableRow, tablesVersion } from './drive-tables.js';
import { ParquetFile } from './parquet-file.js';

export type TableFormat = 'csv' | 'parquet';

type TableFile = CsvFile | ParquetFile;

/**
 * Writes rows into one file a table of a folder that is made where it is missing, `<folder>/<table>.csv` or `.parquet`; a table without a row is a file without
 * rows, so that a question finds every table. Where reading or writing fails no file is begun or changed, but for those that
 * were closed already. Resolves with the rows by table.
 * Rejects with what `rows` rejects with, and ERR_OUTPUT.
 */
export async function writeDriveTables(
  rows: AsyncIterable<TableRow>,
  folder: string,
  format: TableFormat,
): Promise<Record<TableName, number>> {
  const files = new Map<TableName, TableFile>();
  const iterator = rows[Symbol.asyncIterator]();
  try {
    // Nothing is made for a recording that cannot be read.
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
