import { Command, Option } from 'commander';
import { PerceptionError } from '../src/frame/perception-error.js';
import { loadPipelineFile } from '../src/pipeline/pipeline-file.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { BenchPart } from '../tools/bench/bench-report.js';
import type { RigBenchPart } from '../tools/bench/run-rig-bench.js';
import type { FrameMode } from '../tools/bench/trial.js';
import type { ViewerKind } from '../tools/bench/viewer.js';
import { builtPage } from './built-page.js';
import { defaultPipelineFile } from './default-pipelines.js';
import { exitCodes } from './exit-codes.js';
import { positive, positiveInteger } from './option-parsers.js';
import { ofCamera, replaySources } from './rig-sources.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

interface BenchFlags {
  frames: FrameMode;
  only?: BenchPart[];
  camera?: string;
  trialSeconds: number;
  confirmSeconds: number;
  framesTotal: number;
  lockstepFrames: number;
  starts: number;
  resolution: number;
  page?: true | ViewerKind;
  budgets?: string;
  allowUncertified?: true;
  json?: true;
}

/** `windshield bench [pipeline.yaml] [recording]`: how close to the machine's limit, in one run. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('measure a pipeline against the limit of the machine')
    .description(
      'Measures the rate of the networks in a bare loop on this machine, then the highest rate that the\n' +
        'pipeline keeps with under 5 % of the frames lost, latency by stage, memory, the start, and whether\n' +
        'two lock-step runs agree. A frame counts as lost when any stage did not answer for it. Every\n' +
        'trial is a separate process. For a pipeline file with several cameras it measures peak and lock-step\n' +
        'with all of them running; --camera measures one. docs/benchmarks.md defines every number.',
    )
    .argument('[pipeline.yaml]', 'the pipeline file; windshield’s own default when left out')
    .argument('[recording]', 'the drive; the source of the pipeline file when left out')
    .addOption(
      new Option(
        '--frames <mode>',
        'recorded: read and decoded as in a replay; ready: held decoded',
      )
        .choices(['recorded', 'ready'])
        .default('recorded'),
    )
    .addOption(
      new Option('--only <part...>', 'only these parts').choices([
        'limit',
        'peak',
        'latency',
        'memory',
        'start',
        'lockstep',
      ]),
    )
    .option('--camera <name>', 'only this camera of a pipeline file that has several')
    .option('--trial-seconds <n>', 'length of a trial of the search', positive, 6)
    .option('--confirm-seconds <n>', 'length of a trial that is reported', positive, 20)
    .option('--frames-total <n>', 'frames in the memory part', positiveInteger, 2000)
    .option('--lockstep-frames <n>', 'frames in each lock-step run', positiveInteger, 500)
    .option('--starts <n>', 'number of starts; the median is reported', positiveInteger, 5)
    .option('--resolution <share>', 'how finely the peak is searched; 0.02 is 2 %', positive, 0.02)
    .addOption(
      new Option(
        '--page [viewer]',
        'measure the peak again with a page open, in headless Chromium or in a client that only fetches pictures;\n' +
          'default: Chromium where it is installed',
      ).choices(['chromium', 'client']),
    )
    .option(
      '--budgets <budgets.json>',
      'check the result against these ratios; exit code 1 when one is missed',
    )
    .option('--allow-uncertified', 'run networks that miss their golden outputs')
    .option('--json', 'print one JSON object instead of the table')
    .action(async (pipelinePath: string | undefined, source: string | undefined, flags) => {
      await bench(pipelinePath ?? defaultPipelineFile, source, flags as BenchFlags);
    });
}

async function bench(
  pipelinePath: string,
  recording: string | undefined,
  flags: BenchFlags,
): Promise<void> {
  const whole = await loadPipelineFile(pipelinePath);
  if (whole.cameras !== undefined && flags.camera === undefined)
    return benchRig(whole, pipelinePath, recording, flags);
  const { configOfCamera } = await import('../src/pipeline/cameras/camera-configs.js');
  const file = configOfCamera(whole, flags.camera);
  const config = { ...file, allowUncertified: flags.allowUncertified ?? file.allowUncertified };
  const source = (await ofCamera(recording, flags.camera)) ?? config.source;
  if (source === undefined)
    throw new PerceptionError('ERR_USAGE', `${pipelinePath} names no source: name a recording`);
  const { runBench } = await import('../tools/bench/run-bench.js');
  const { formatBench } = await import('../tools/bench/format-bench.js');
  const { benchParts } = await import('../tools/bench/bench-report.js');
  const { usualViewer } = await import('../tools/bench/viewer.js');
  const { checkBench, readBudgets } = await import('../tools/bench/budgets.js');
  const budgets = flags.budgets === undefined ? undefined : await readBudgets(flags.budgets);
  const stop = new AbortController();
  const forget = onStopSignals(() => stop.abort());
  const terminal = new Terminal();
  try {
    const report = await runBench({
      config,
      pipelinePath,
      source,
      parts: new Set(flags.only ?? benchParts),
      ...(flags.page !== undefined && {
        look: {
          viewer: flags.page === true ? usualViewer() : flags.page,
          pageDir: await builtPage(),
        },
      }),
      frames: flags.frames,
      trialSeconds: flags.trialSeconds,
      confirmSeconds: flags.confirmSeconds,
      memoryFrames: flags.framesTotal,
      lockstepFrames: flags.lockstepFrames,
      startCount: flags.starts,
      resolution: flags.resolution,
      note: (text) => terminal.note(text),
      signal: stop.signal,
    });
    const faults = checkBench(report, budgets);
    terminal.print(flags.json ? measuredJson({ ...report, faults }) : formatBench(report));
    for (const fault of faults) terminal.note(`failed: ${fault}`);
    if (faults.length > 0) process.exitCode = exitCodes.failedVerdict;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    sayStopped(terminal);
  } finally {
    forget();
  }
}

/** Benches a pipeline file with several cameras, all at work. */
async function benchRig(
  file: PipelineConfig,
  pipelinePath: string,
  recording: string | undefined,
  flags: BenchFlags,
): Promise<void> {
  const { runRigBench, rigBenchParts } = await import('../tools/bench/run-rig-bench.js');
  const { formatRigBench } = await import('../tools/bench/format-rig-bench.js');
  const isOfRig = (part: BenchPart): part is RigBenchPart =>
    rigBenchParts.some((one) => one === part);
  const asked = flags.only ?? rigBenchParts;
  const other = asked.find((part) => !isOfRig(part));
  const refused = other ?? (flags.page && '--page') ?? (flags.budgets && '--budgets');
  if (refused)
    throw new PerceptionError(
      'ERR_USAGE',
      `of several cameras bench measures ${rigBenchParts.join(' and ')}, not ${refused}: name one with --camera`,
    );
  const { sources } = replaySources(file, recording);
  const stop = new AbortController();
  const forget = onStopSignals(() => stop.abort());
  const terminal = new Terminal();
  try {
    const report = await runRigBench({
      config: { ...file, allowUncertified: flags.allowUncertified ?? file.allowUncertified },
      pipelinePath,
      sources,
      parts: new Set(asked.filter(isOfRig)),
      frames: flags.frames,
      trialSeconds: flags.trialSeconds,
      confirmSeconds: flags.confirmSeconds,
      lockstepFrames: flags.lockstepFrames,
      resolution: flags.resolution,
      note: (text) => terminal.note(text),
      signal: stop.signal,
    });
    terminal.print(flags.json ? measuredJson(report) : formatRigBench(report));
    if (report.lockstep?.isIdentical !== false) return;
    terminal.note('failed: two lock-step runs differ');
    process.exitCode = exitCodes.failedVerdict;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    sayStopped(terminal);
  } finally {
    forget();
  }
}

/** An incomplete bench is not reported, and is no verdict. */
function sayStopped(terminal: Terminal): void {
  terminal.note('bench ended by Ctrl-C: nothing is reported');
  process.exitCode = exitCodes.interrupted;
}
