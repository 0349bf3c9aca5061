import { join } from 'node:path';
import { CsvFile } from './csv-file.js';
import { driveTables, type TableName, type TableRow, tablesVersion } from './drive-tables.js';
import { ParquetFile } from './parquet-file.js';

export type TableFormat = 'csv' | 'parquet';

type TableFile = CsvFile | ParquetFile;

/**
 * Writes rows into one file a table, `<folder>/<table>.csv` or `.parquet`; a table without a row is a file without
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
  try {
    for (const name of Object.keys(driveTables) as TableName[])
      files.set(name, create(join(folder, `${name}.${format}`), name, format));
    for await (const { table, row } of rows) await files.get(table)!.append(row);
    for (const file of files.values()) await file.close();
  } finally {
    for (const file of files.values()) file.abort();
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
