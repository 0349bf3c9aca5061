import { Command, Option } from 'commander';
import { guardOutputs } from '../../src/files/output-guard.js';
import { measuredJson } from '../../src/text/measured-json.js';
import type { MinedTask, MineSummary, MiningReason } from '../../tools/fleet/mine/mining.js';
import { exitCodes } from '../exit-codes.js';
import { numberOf, positiveInteger } from '../option-parsers.js';
import { countsProgress } from '../progress-line.js';
import { Terminal } from '../terminal.js';
import { addStoreOptions, runOption, type StoreFlags } from './fleet-options.js';
import { addKindOptions, codesOfKind, type KindFlags, pipelineTopic } from './kind-options.js';

interface FleetMineFlags extends StoreFlags, KindFlags {
  drives: string;
  out: string;
  task: MinedTask;
  codes?: string;
  count: number;
  perDrive?: number;
  apart: number;
  run?: string;
  page: string;
  json?: true;
}

const minedTasks = ['detection', 'segmentation', 'signs'] as const satisfies readonly MinedTask[];

/** `windshield fleet mine <results> --drives <drives.yaml> --out <set>`. */
export function fleetMineCommand(): Command {
  const command = new Command('mine')
    .summary('choose frames worth labelling, as a data set with predictions')
    .description(
      'Searches the results of many drives for frames on which the networks are unsure or disagree, that show\n' +
        'something rare, or that are novel (by the novelty gate if it ran, else, with --codes, by what other drives\n' +
        'saw), and writes them as a data set. Its labels are predictions and marked as such: `train` leaves\n' +
        'them out until somebody has corrected them.',
    )
    .argument('<results>', 'the results that `fleet run` wrote: a folder or s3://bucket/prefix')
    .requiredOption('--drives <drives.yaml>', 'the list of drives that was run, for the pictures')
    .requiredOption('-o, --out <folder>', 'the data set, in a new folder')
    .addOption(
      new Option('--task <task>', 'the task that the labels are for')
        .choices(minedTasks)
        .default('detection'),
    )
    .option(
      '--codes <folder|s3://…>',
      'the codes that `fleet codes` wrote, to find novel frames without a gate',
    )
    .addOption(
      new Option('--count <number>', 'most frames to choose')
        .argParser(positiveInteger)
        .default(200),
    )
    .addOption(
      new Option(
        '--per-drive <number>',
        'most frames of one drive (default: twice its even share)',
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option('--apart <s>', 'least seconds between two frames of a drive')
        .argParser(numberOf({ least: 0, most: 86_400, what: 'seconds' }))
        .default(3),
    )
    .addOption(runOption())
    .option('--page <url>', 'where `windshield view` serves the player', 'http://127.0.0.1:5580/')
    .option('--json', 'print one JSON object');
  return addStoreOptions(addKindOptions(command)).action(fleetMine);
}

async function fleetMine(place: string, flags: FleetMineFlags): Promise<void> {
  guardOutputs(
    [{ option: '--out', path: flags.out, kind: 'folder' }],
    [
      { role: 'the results', path: place },
      { role: 'the list of drives', path: flags.drives },
    ],
  );
  const [{ readDrivesFile, withTopic }, { openStore }, { mineFleet }] = await Promise.all([
    import('../../tools/fleet/plan/drives-file.js'),
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/fleet/mine/mine-fleet.js'),
  ]);
  const drives = withTopic(readDrivesFile(flags.drives), await pipelineTopic(flags));
  const store = { endpoint: flags.endpoint };
  const results = await openStore(place, store);
  const terminal = new Terminal();
  try {
    const { task, count, perDrive, run } = flags;
    const summary = await mineFleet({
      ...{ task, drives, results, store, run, count, perDrive },
      codes: await codesOf(flags, terminal),
      apartS: flags.apart,
      outDir: flags.out,
      pageUrl: flags.page,
      onProgress: countsProgress(terminal, 'units'),
    });
    terminal.clearLive();
    terminal.print(flags.json ? measuredJson(summary) : told(summary, flags.out));
    if (summary.problems.length > 0) process.exitCode = exitCodes.failedVerdict;
  } finally {
    terminal.clearLive();
    await results.close();
  }
}

async function codesOf(flags: FleetMineFlags, terminal: Terminal) {
  if (flags.codes === undefined) return [];
  const [{ openStore }, { loadCodes }] = await Promise.all([
    import('../../tools/fleet/store/open-store.js'),
    import('../../tools/similar/stored-codes.js'),
  ]);
  const store = await openStore(flags.codes, { endpoint: flags.endpoint });
  try {
    return await codesOfKind(flags, store, terminal, loadCodes);
  } finally {
    await store.close();
  }
}

function told({ frames, looked, units, problems }: MineSummary, out: string): string {
  const counts = new Map<string, number>();
  for (const { reasons } of frames)
    for (const reason of Object.keys(reasons) as MiningReason[])
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const why = Array.from(counts, ([reason, count]) => `${count} ${reason}`);
  const drives = new Set(frames.map(({ drive }) => drive)).size;
  return [
    `${out}: ${frames.length} frames of ${drives} drives, of ${looked} in ${units} units`,
    `why      ${why.join(', ')}`,
    `look     ${out}/mined.html`,
    ...problems.map((problem) => `without a picture   ${problem}`),
  ].join('\n');
}
