import { Command } from 'commander';
import { measuredJson } from '../../src/text/measured-json.js';
import { exitCodes } from '../exit-codes.js';
import { countsProgress } from '../progress-line.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, runOption, type StoreFlags } from './fleet-options.js';

interface FleetTableFlags extends StoreFlags {
  out: string;
  run?: string;
  json?: true;
}

/** `windshield fleet table <results> --out <tables>`. */
export function fleetTableCommand(): Command {
  const command = new Command('table')
    .summary('write the results of many drives as Parquet, for `ask` and other programs')
    .description(
      'Writes frames, detections, tracks, signs, segmentation shares, steering, latency, drops, health and ground\n' +
        'truth as Parquet: one folder per table, and in it one per drive. docs/tables.md lists every column. Existing tables\n' +
        'are skipped. Exit code 1 if results cannot be read.',
    )
    .argument('<results>', 'the results that `fleet run` wrote: a folder or s3://bucket/prefix')
    .requiredOption('-o, --out <folder|s3://…>', 'where the tables are')
    .addOption(runOption())
    .option('--json', 'print one JSON object');
  return addStoreOptions(command).action(fleetTable);
}

async function fleetTable(place: string, flags: FleetTableFlags): Promise<void> {
  const [{ openStore }, { tableFleet }] = await Promise.all([
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/fleet/table/table-fleet.js'),
  ]);
  const options = { endpoint: flags.endpoint };
  const results = await openStore(place, options);
  const tables = await openStore(flags.out, options);
  const terminal = new Terminal();
  try {
    const show = countsProgress(terminal, 'units');
    const summary = await tableFleet(results, tables, flags.run, show);
    const { units, before, withoutResults, unreadable, rows } = summary;
    const written = Object.values(rows).reduce((sum, count) => sum + count, 0);
    terminal.print(
      flags.json
        ? measuredJson(summary)
        : [
            `${tables.place}: ${units} units (${before} before, ${withoutResults} without results), ${written} rows`,
            ...unreadable.map(({ name, reason }) => `failed   ${name}: ${reason}`),
          ].join('\n'),
    );
    if (unreadable.length > 0) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await results.close();
    await tables.close();
  }
}
