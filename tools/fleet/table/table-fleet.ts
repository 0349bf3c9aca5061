import type { TableName } from '../../tables/drive-tables.js';
import { inParallel } from '../plan/in-parallel.js';
import { chooseRun } from '../plan/run-manifest.js';
import { unitFiles } from '../plan/unit.js';
import type { Store } from '../store/store.js';
import { isDriveFault } from '../work/drive-fault.js';
import { parseRecord, type UnitRecord, unitRecordSchema } from '../work/unit-record.js';
import { lastTable, tableFile, tableUnit } from './table-unit.js';

export interface TableSummary {
  run: string;
  units: number;
  /** How many of `units` already had tables, and how many have no results. */
  before: number;
  withoutResults: number;
  /** Units whose results cannot be read, with the reason; they get no tables. */
  unreadable: { name: string; reason: string }[];
  /** Number of rows written by this call, by table. */
  rows: Partial<Record<TableName, number>>;
}

/** Units read in parallel: even on one core, others proceed while one waits for a store. */
const atOnce = 4;

/** Writes the tables of every unit of a run that has results; existing tables are not rewritten. */
export async function tableFleet(
  results: Store,
  tables: Store,
  wantedRun: string | undefined,
  onProgress?: (done: number, units: number) => void,
): Promise<TableSummary> {
  const { run, units } = await chooseRun(results, wantedRun);
  const there = new Set<string>();
  for await (const { key } of tables.list(`${lastTable}/`)) there.add(key);
  const summary: TableSummary = {
    ...{ run, units: units.size, before: 0, withoutResults: 0 },
    unreadable: [],
    rows: {},
  };
  let done = 0;
  const writeUnit = async (record: UnitRecord) => {
    try {
      for (const [table, rows] of Object.entries(await tableUnit(record, results, tables)))
        summary.rows[table as TableName] = (summary.rows[table as TableName] ?? 0) + rows;
    } catch (error) {
      if (!isDriveFault(error)) throw error;
      summary.unreadable.push({ name: record.name, reason: error.message });
    }
  };
  await inParallel([...units.values()], atOnce, async (key) => {
    const record = parseRecord(unitRecordSchema, await results.read(unitFiles(key).whole));
    // A piece in which the camera recorded nothing has no rows.
    if (record === undefined || record.frames.published === 0) summary.withoutResults++;
    else if (there.has(tableFile(lastTable, record))) summary.before++;
    else await writeUnit(record);
    onProgress?.(++done, units.size);
  });
  summary.unreadable.sort((a, b) => (a.name < b.name ? -1 : 1));
  return summary;
}
