import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { measuredJson } from '../../src/text/measured-json.js';
import { defaultPipelineFile } from '../default-pipelines.js';
import { exitCodes } from '../exit-codes.js';
import { numberOf, positiveInteger, usage } from '../option-parsers.js';
import { showsProgress } from '../progress-line.js';
import { onStopSignals } from '../stop-signals.js';
import { Terminal } from '../terminal.js';
import {
  addMergeOptions,
  checkMergeOptions,
  type FleetMergeFlags,
  guardMergeOutputs,
  showFleetVerdict,
} from './fleet-merge.js';
import { addStoreOptions } from './fleet-options.js';
import { fleetWork, formatFleet } from './format-fleet.js';

interface FleetRunFlags extends Omit<FleetMergeFlags, 'run' | 'json'> {
  pipeline: string;
  camera?: string;
  out: string;
  shard?: string;
  queue?: string;
  /** Seconds. */
  lease: number;
  workers: number;
  tries: number;
  retryFailed?: true;
  hangBound: number;
  memory?: number;
  json?: true;
}

/** Interval of writing a line if there is no terminal, seconds. */
const lineS = 10;

/** `windshield fleet run <drives.yaml>`. */
export function fleetRunCommand(): Command {
  const command = new Command('run')
    .summary('replay every drive of a list, and keep the results')
    .description(
      'Replays many drives in lock-step, each in its own process, and collects their results in one place.\n' +
        'Drives that have results already are skipped. A drive that crashes, hangs or uses too much memory is retried, then\n' +
        'set aside with the reason. Exit code 1 if drives were set aside.',
    )
    .argument('<drives.yaml>', 'the list of drives; docs/fleet.md explains every key')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'the pipeline file').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option(
      '--camera <name>',
      'run this camera of a pipeline file that has several; it plays its own pictures of recordings that hold them',
    )
    .requiredOption('-o, --out <folder|s3://bucket/prefix>', 'where to write the results')
    .option('--shard <index/count>', 'do every count-th unit; in an array job omit the index')
    .addOption(
      new Option(
        '--queue <nats://host:4222>',
        'share the units with other workers through NATS JetStream',
      ).conflicts('shard'),
    )
    .addOption(
      new Option(
        '--lease <s>',
        'with --queue: after this long without a sign of life, a worker’s unit goes to another',
      )
        .argParser(numberOf({ least: 1, most: 3600, what: 'seconds' }))
        .default(30),
    )
    .addOption(
      new Option('-j, --workers <number>', 'how many units run in parallel')
        .argParser(positiveInteger)
        .default(availableParallelism(), 'one per core'),
    )
    .addOption(
      new Option('--tries <number>', 'how often a drive that kills its process is tried')
        .argParser(positiveInteger)
        .default(2),
    )
    .option('--retry-failed', 'retry the units that an earlier run set aside')
    .addOption(
      new Option(
        '--hang-bound <s>',
        'end a process that stands still this long: no new frame, and no byte of its drive or results',
      )
        .argParser(numberOf({ least: 1, most: 86_400, what: 'seconds' }))
        .default(120),
    )
    .addOption(
      new Option('--memory <MB>', 'end a process that uses more memory').argParser(
        numberOf({ least: 64, most: 1e7, what: 'megabytes' }),
      ),
    )
    .option('--json', 'print one JSON object at the end instead of the table');
  return addStoreOptions(addMergeOptions(command)).action(fleetRun);
}

async function fleetRun(path: string, flags: FleetRunFlags): Promise<void> {
  const [{ loadPipelineFile }, { readDrivesFile }, { openStore }, { runFleet }, shards] =
    await Promise.all([
      import('../../src/pipeline/pipeline-file.js'),
      import('../../tools/fleet/plan/drives-file.js'),
      import('../../tools/fleet/store/open-store.js'),
      import('../../tools/fleet/run-fleet.js'),
      import('../../tools/fleet/plan/shard.js'),
    ]);
  guardMergeOutputs(flags);
  const { queue, lease } = flags;
  // In an array job that shares a queue the index is ignored.
  const ownShard = () => (queue === undefined ? shards.shardOf() : undefined);
  const shard = flags.shard === undefined ? ownShard() : shards.parseShard(flags.shard);
  checkMergeOptions(flags);
  const judging = (['verify', 'min', 'max', 'html', 'junit'] as const).find(
    (option) => flags[option] !== undefined,
  );
  if ((shard ?? queue) !== undefined && judging !== undefined)
    throw usage(
      `expected --${judging} without --shard and --queue: \`windshield fleet merge\` judges all workers`,
    );
  const drives = readDrivesFile(path);
  const { configOfCamera } = await import('../../src/pipeline/cameras/camera-configs.js');
  const config = configOfCamera(await loadPipelineFile(flags.pipeline), flags.camera);
  const store = { endpoint: flags.endpoint };
  const results = await openStore(flags.out, store);
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  const forget = onStopSignals((signal) => {
    stoppedBy = signal;
    stop.abort();
  });
  const terminal = new Terminal();
  const show = showsProgress(terminal, { plainEveryS: lineS });
  try {
    const summary = await runFleet({
      drives,
      config,
      camera: flags.camera,
      results,
      store,
      shard,
      ...(queue !== undefined && {
        openQueue: async (run: string) => {
          const { NatsQueue } = await import('../../tools/fleet/queue/nats-queue.js');
          return NatsQueue.open({ url: queue, run, leaseMs: lease * 1000 });
        },
      }),
      workers: flags.workers,
      tries: flags.tries,
      retriesFailed: flags.retryFailed === true,
      limits: {
        hangMs: flags.hangBound * 1000,
        memoryBytes: flags.memory === undefined ? undefined : flags.memory * 1e6,
      },
      signal: stop.signal,
      onProgress: (progress) => show(fleetWork(progress)),
    });
    const words = flags.json ? measuredJson(summary) : formatFleet(summary, results.place);
    if (judging === undefined || summary.left > 0) {
      terminal.print(words);
      if (summary.failed > 0) process.exitCode = exitCodes.failedVerdict;
      // An engine reclaims its machine with this signal, and takes code 0 for a completed share.
      if (summary.left > 0 && stoppedBy === 'SIGTERM') process.exitCode = exitCodes.takenBack;
    } else {
      // The verdict decides, because it knows whether what failed had failed before.
      terminal.note(words);
      await showFleetVerdict(flags.out, { ...flags, run: summary.run });
    }
  } finally {
    forget();
    terminal.clearLive();
    await results.close();
  }
}
