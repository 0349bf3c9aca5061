import { Command, Option } from 'commander';
import { measuredJson } from '../../src/text/measured-json.js';
import { defaultPipelineFile } from '../default-pipelines.js';
import { exitCodes } from '../exit-codes.js';
import { numberOf } from '../option-parsers.js';
import { countsProgress } from '../progress-line.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, type StoreFlags } from './fleet-options.js';

interface FleetCodesFlags extends StoreFlags {
  out: string;
  pipeline: string;
  every: number;
  json?: true;
}

/** `windshield fleet codes <drives.yaml> --out <codes>`. */
export function fleetCodesCommand(): Command {
  const command = new Command('codes')
    .summary('write what frames look like to a network, for `find` and `fleet map`')
    .description(
      'Runs the segmentation network (or the first other one) of the pipeline file on a frame a second of every\n' +
        'drive and keeps what it computes on its way as 64 numbers, with a small picture. What is there already\n' +
        'is not done again.',
    )
    .argument('<drives.yaml>', 'which drives')
    .requiredOption('-o, --out <folder|s3://…>', 'where codes lie')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'whose network looks').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .addOption(
      new Option('--every <s>', 'seconds from one frame to the next')
        .argParser(numberOf({ least: 0.01, most: 3600, what: 'seconds' }))
        .default(1),
    )
    .option('--json', 'print one JSON object');
  return addStoreOptions(command).action(fleetCodes);
}

async function fleetCodes(path: string, flags: FleetCodesFlags): Promise<void> {
  const [{ readDrivesFile }, { openStore }, { codeFleet }, { lookingBundle }] = await Promise.all([
    import('../../tools/fleet/plan/drives-file.js'),
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/similar/code-fleet.js'),
    import('../../tools/similar/looking-bundle.js'),
  ]);
  const drives = readDrivesFile(path);
  const bundle = await lookingBundle(flags.pipeline);
  const store = { endpoint: flags.endpoint };
  const codes = await openStore(flags.out, store);
  const terminal = new Terminal();
  try {
    const options = { everyS: flags.every, store };
    const show = countsProgress(terminal, 'drives');
    const summary = await codeFleet(drives, bundle, codes, options, show);
    const { before, frames, failures } = summary;
    const lines = [
      `${codes.place}: ${summary.drives} drives (${before} before), ${frames} frames`,
      ...failures.map(({ name, reason }) => `failed   ${name}: ${reason}`),
    ];
    terminal.print(flags.json ? measuredJson(summary) : lines.join('\n'));
    if (failures.length > 0) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await codes.close();
  }
}
