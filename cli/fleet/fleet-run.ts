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

/** How often a line is written where there is no terminal, seconds. */
const lineS = 10;

/** `windshield fleet run <drives.yaml>`. */
export function fleetRunCommand(): Command {
  const command = new Command('run')
    .summary('replay every drive of a list, and keep what was seen')
    .description(
      'Replays many drives in lock-step, each in a process of its own, and writes results beside each other.\n' +
        'What is done already is not done again. A drive that crashes, hangs or eats memory is tried again, then\n' +
        'set aside with the reason. Exit code 1 where drives were set aside.',
    )
    .argument('<drives.yaml>', 'which drives; docs/fleet.md explains every key')
    .addOption(
      new Option('-p, --pipeline <pipeline.yaml>', 'the pipeline file').default(
        defaultPipelineFile,
        'pipelines/default.yaml of windshield itself',
      ),
    )
    .option('--camera <name>', 'as this camera of a pipeline file that has several')
    .requiredOption('-o, --out <folder|s3://bucket/prefix>', 'where results lie')
    .option(
      '--shard <index/count>',
      'do every count-th unit; the index is left out under an array job',
    )
    .addOption(
      new Option(
        '--queue <nats://host:4222>',
        'share the units with other workers through NATS JetStream',
      ).conflicts('shard'),
    )
    .addOption(
      new Option(
        '--lease <s>',
        'with --queue: a unit of a worker that is silent for so long goes to another',
      )
        .argParser(numberOf({ least: 1, most: 3600, what: 'seconds' }))
        .default(30),
    )
    .addOption(
      new Option('-j, --workers <number>', 'units side by side')
        .argParser(positiveInteger)
        .default(availableParallelism(), 'one a core'),
    )
    .addOption(
      new Option('--tries <number>', 'how often a drive is tried that ends its process')
        .argParser(positiveInteger)
        .default(2),
    )
    .option('--retry-failed', 'try again what was set aside by an earlier run')
    .addOption(
      new Option('--hang-bound <s>', 'a process without a new frame for so long is ended')
        .argParser(numberOf({ least: 1, most: 86_400, what: 'seconds' }))
        .default(120),
    )
    .addOption(
      new Option('--memory <MB>', 'a process that holds more is ended').argParser(
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
  // Under an array job that shares a queue the index says nothing.
  const ownShard = () => (queue === undefined ? shards.shardOf() : undefined);
  const shard = flags.shard === undefined ? ownShard() : shards.parseShard(flags.shard);
  if ((shard ?? queue) !== undefined && flags.verify !== undefined)
    throw usage(
      'expected --verify without --shard and --queue: `windshield fleet merge` judges all workers',
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
    if (flags.verify === undefined || summary.left > 0) {
      terminal.print(words);
      if (summary.failed > 0) process.exitCode = exitCodes.failedVerdict;
      // An engine takes its machine back by this signal, and takes code 0 for a share that is done.
      if (summary.left > 0 && stoppedBy === 'SIGTERM') process.exitCode = exitCodes.takenBack;
    } else {
      // The answer is the verdict, which knows whether what failed has failed before.
      terminal.note(words);
      await showFleetVerdict(flags.out, { ...flags, run: summary.run });
    }
  } finally {
    forget();
    terminal.clearLive();
    await results.close();
  }
}
