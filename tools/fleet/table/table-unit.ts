import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableName, TableRow } from '../../tables/drive-tables.js';
import { readDriveRows } from '../../tables/read-drive-rows.js';
import { writeDriveTables } from '../../tables/write-drive-tables.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';
import type { UnitRecord } from '../work/unit-record.js';

/** Path of a unit's rows: one folder per table, in it one per drive, as tools that read partitions expect. */
export const tableFile = (table: TableName, { drive, key }: Pick<UnitRecord, 'drive' | 'key'>) =>
  `${table}/drive=${encodeURIComponent(drive)}/${key}.parquet`;

/** A table in which every unit has a row. It is written last, so its presence means that all are there. */
export const lastTable: TableName = 'drives';

/** Writes the tables of one unit, omitting empty ones. Resolves with the number of rows by table. */
export async function tableUnit(
  record: UnitRecord,
  results: Store,
  tables: Store,
): Promise<Record<TableName, number>> {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-table-'));
  try {
    const files = unitFiles(record.key);
    const rows = unitRows(
      record,
      await results.local(files.results, await madeIn(dir, 'results')),
      await results.local(files.times, await madeIn(dir, 'times')),
    );
    const counts = await writeDriveTables(rows, join(dir, 'tables'), 'parquet');
    const written = (Object.keys(counts) as TableName[]).filter((table) => counts[table] > 0);
    written.sort((a, b) => Number(a === lastTable) - Number(b === lastTable));
    for (const table of written)
      await tables.putFile(tableFile(table, record), join(dir, 'tables', `${table}.parquet`));
    return counts;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Rows of results and truth from one file, of latency from the other; a piece's number becomes the epoch of its tracks. */
async function* unitRows(
  { drive, piece }: UnitRecord,
  resultsPath: string,
  timesPath: string,
): AsyncGenerator<TableRow, void, void> {
  const epoch = piece?.number ?? 0;
  const placed = (row: TableRow): TableRow => {
    if (epoch > 0 && 'epoch' in row.row) row.row.epoch = epoch;
    return row;
  };
  for await (const row of readDriveRows(resultsPath, { driveName: drive })) yield placed(row);
  for await (const row of readDriveRows(timesPath, { driveName: drive }))
    if (row.table === 'latency') yield placed(row);
}

async function madeIn(dir: string, name: string): Promise<string> {
  await mkdir(join(dir, name));
  return join(dir, name);
}
