import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { driveTables, type TableName } from '../../tables/drive-tables.js';
import type { Column, Table } from '../../tables/table-schema.js';
import { inParallel } from '../plan/in-parallel.js';
import type { Store } from '../store/store.js';
import { type Database, quoted } from './duckdb.js';

const sqlTypes: Readonly<Record<Column['type'], string>> = {
  string: 'varchar',
  boolean: 'boolean',
  int32: 'integer',
  int64: 'bigint',
  double: 'double',
};

/** Number of files fetched from a bucket in parallel. */
const atOnce = 16;

/**
 * Makes every table of a fleet available by name. From a bucket it fetches only the tables that the question names,
 * into `dir`. Rejects with ERR_SOURCE_EMPTY if there are no tables.
 */
export async function openTables(
  database: Database,
  tables: Store,
  sql: string,
  { isFar, dir }: { isFar: boolean; dir: string },
): Promise<void> {
  let found = 0;
  const folders = new Set<string>();
  for (const name of Object.keys(driveTables) as TableName[]) {
    const isNamed = new RegExp(`\\b${name}\\b`, 'i').test(sql);
    const files: string[] = [];
    // A bucket is listed only for tables in use, and for the one that shows whether there is anything.
    if (!isFar || isNamed || name === 'drives')
      for await (const { key } of tables.list(`${name}/`))
        if (key.endsWith('.parquet')) files.push(key);
    if (!isFar && files.length > 0) folders.add(name);
    if (!isFar) for (const key of files) folders.add(dirname(key));
    found += files.length;
    const isRead = files.length > 0 && (!isFar || isNamed);
    await database.run(isRead ? await viewOf(name, files, tables, isFar, dir) : emptyTable(name));
  }
  if (found === 0)
    throw new PerceptionError(
      'ERR_SOURCE_EMPTY',
      `${tables.place}: expected tables, as windshield fleet table writes them, found none`,
    );
  await database.confine(isFar ? [dir] : [tables.place, ...(await linked(tables.place, folders))]);
}

/** Where those folders are that links lead to. */
async function linked(place: string, folders: ReadonlySet<string>): Promise<Set<string>> {
  const root = await realpath(place);
  const elsewhere = new Set<string>();
  for (const folder of folders) {
    const path = await realpath(join(place, folder));
    if (path !== join(root, folder)) elsewhere.add(path);
  }
  return elsewhere;
}

async function viewOf(
  name: TableName,
  files: readonly string[],
  tables: Store,
  isFar: boolean,
  dir: string,
): Promise<string> {
  if (isFar)
    await inParallel(files, atOnce, async (key) => {
      const path = join(dir, key);
      await mkdir(dirname(path), { recursive: true });
      await tables.local(key, dirname(path));
    });
  const pattern = join(isFar ? dir : tables.place, name, '*', '*.parquet');
  // The table has its own drive column; the folder's name is that name escaped for a path.
  return `create view ${name} as select * from read_parquet(${quoted(pattern)}, hive_partitioning = false)`;
}

function emptyTable(name: TableName): string {
  const { columns }: Table = driveTables[name];
  const described = Object.entries(columns).map(
    ([column, { type }]) => `${column} ${sqlTypes[type]}`,
  );
  return `create table ${name} (${described.join(', ')})`;
}
