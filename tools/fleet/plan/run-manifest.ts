import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import type { Store } from '../store/store.js';
import { parseRecord } from '../work/unit-record.js';
import { type Run, runFactsSchema, runKeyOf } from './run-key.js';

/** The units that a run was asked to do, so that a merge can tell what is missing. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  run: z.string(),
  facts: runFactsSchema,
  /** Name and key of every unit, by name. */
  units: z.array(z.tuple([z.string(), z.string()])),
});

export interface KnownRun {
  run: string;
  facts: z.infer<typeof runFactsSchema>;
  /** Key by name of all units that were requested; of each drive those of the last list that has it. */
  units: Map<string, string>;
}

/** The drive of a unit's name; only the names of pieces end with their number. */
export const driveOfUnit = (name: string): string => name.replace(/#\d+$/, '');

/**
 * Writes the run and its list of units under keys derived from their content; the same for every worker of a job. Older
 * lists keep only other drives: of one whose file was replaced, or that is cut otherwise, the old results do not count.
 */
export async function putManifest(
  results: Store,
  { key: run, facts }: Run,
  units: readonly { name: string; key: string }[],
): Promise<void> {
  const pairs = units.map(({ name, key }): [string, string] => [name, key]);
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  const manifest: z.infer<typeof manifestSchema> = { format: 1, run, facts, units: pairs };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const key = `runs/${run}/${name}.json`;
  // A damaged or shortened one is rewritten.
  if (Buffer.compare((await results.read(key)) ?? new Uint8Array(0), bytes) !== 0)
    await results.put(key, bytes);
  await shortenOthers(results, key, manifest);
}

/** Removes the drives of a list from the run's other lists, unless they have the same units there. */
async function shortenOthers(
  results: Store,
  own: string,
  { run, units }: z.infer<typeof manifestSchema>,
): Promise<void> {
  const now = new Map(units);
  const drives = new Set(units.map(([name]) => driveOfUnit(name)));
  const keys: string[] = [];
  for await (const { key } of results.list(`runs/${run}/`)) if (key !== own) keys.push(key);
  for (const key of keys) {
    const other = parseRecord(manifestSchema, await results.read(key));
    if (other === undefined) continue;
    const kept = other.units.filter(
      ([name, unit]) => now.get(name) === unit || !drives.has(driveOfUnit(name)),
    );
    if (kept.length < other.units.length)
      await results.put(key, new TextEncoder().encode(JSON.stringify({ ...other, units: kept })));
  }
}

/** Every run whose results are in a store, by key. Unreadable lists of units are reported by name. */
export async function listRuns(
  results: Store,
  onUnreadable?: (key: string) => void,
): Promise<Map<string, KnownRun>> {
  const runs = new Map<string, KnownRun>();
  for await (const { key } of results.list('runs/')) {
    const manifest = parseRecord(manifestSchema, await results.read(key));
    // A file whose facts do not hash to its run was not written by this program.
    if (manifest === undefined || runKeyOf(manifest.facts) !== manifest.run) {
      onUnreadable?.(key);
      continue;
    }
    const { run, facts, units } = manifest;
    const known = runs.get(run) ?? { run, facts, units: new Map<string, string>() };
    for (const [name, unit] of units) known.units.set(name, unit);
    runs.set(run, known);
  }
  return runs;
}

/**
 * Returns the named run, or the only one. Rejects with ERR_CONFIG if there is none, or if there are several and none
 * is named; the message tells them apart by their builds and networks. Rejects with ERR_RECORDING if a list of its
 * units cannot be read, because its units would then be missing unnoticed.
 */
export async function chooseRun(results: Store, wanted: string | undefined): Promise<KnownRun> {
  const unreadable: string[] = [];
  const runs = await listRuns(results, (key) => unreadable.push(key));
  const named =
    wanted === undefined
      ? [...runs.keys()]
      : [...runs.keys()].filter((key) => key.startsWith(wanted));
  if (named.length === 1) {
    const hole = unreadable.find((key) => key.startsWith(`runs/${named[0]}/`));
    if (hole === undefined) return runs.get(named[0]!)!;
    throw new PerceptionError(
      'ERR_RECORDING',
      `${results.place}/${hole}: expected a list of the run's units, found something else; \`fleet run\` over its drives writes it again`,
    );
  }
  const described = [...runs.values()].map(
    ({ run, facts, units }) =>
      `${run} (${facts.build}, code ${facts.code.slice(0, 8)}, ${units.size} units)`,
  );
  const found = described.length === 0 ? 'none' : described.join('; ');
  throw new PerceptionError(
    'ERR_CONFIG',
    wanted === undefined && described.length > 1
      ? `${results.place}: expected the results of one run, found those of ${described.length}: ${found}; name one with --run`
      : `${results.place}: expected the results of ${wanted === undefined ? 'a run' : `run ${wanted}`}, found ${found}`,
  );
}
