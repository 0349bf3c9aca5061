import { dirname } from 'node:path';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { TableName } from '../../tables/drive-tables.js';
import { inParallel } from '../plan/in-parallel.js';
import { chooseRun, driveOfUnit } from '../plan/run-manifest.js';
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

/**
 * Writes the tables of every unit of a run that has results; existing tables are not rewritten. Rejects with ERR_OUTPUT if
 * a drive has tables of other results there (another run, or other pieces), because its rows would count twice.
 */
export async function tableFleet(
  results: Store,
  tables: Store,
  wantedRun: string | undefined,
  onProgress?: (done: number, units: number) => void,
): Promise<TableSummary> {
  const { run, units } = await chooseRun(results, wantedRun);
  const there = new Set<string>();
  for await (const { key } of tables.list(`${lastTable}/`)) there.add(key);
  refuseOthers(tables.place, there, units);
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

function refuseOthers(
  place: string,
  there: ReadonlySet<string>,
  units: ReadonlyMap<string, string>,
): void {
  const own = new Set<string>();
  const folders = new Map<string, string>();
  for (const [name, key] of units) {
    const drive = driveOfUnit(name);
    const file = tableFile(lastTable, { drive, key });
    own.add(file);
    folders.set(dirname(file), drive);
  }
  for (const file of there) {
    const drive = folders.get(dirname(file));
    if (drive === undefined || own.has(file)) continue;
    throw new PerceptionError(
      'ERR_OUTPUT',
      `${place}: expected no tables of other results of ${drive}, found ${file}: its rows would count twice; write these tables into another folder`,
    );
  }
}
