import { resolve } from 'node:path';
import { addressRow } from '../src/capture/source-table.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import type { PerceptionFrame } from '../src/messages/gen/windshield/v1/perception_pb.js';
import { openRig } from '../src/pipeline/cameras/open-rig.js';
import type { RigReport } from '../src/pipeline/cameras/rig-report.js';
import { runPipeline } from '../src/pipeline/pipeline.js';
import type { Progress } from '../src/pipeline/pipeline-options.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import type { RunReport } from '../src/pipeline/run-report.js';
import { startBeating, supervisedFromEnvironment } from '../src/supervise/supervised.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { DriveFlags } from './drive-options.js';
import { describeError } from './exit-codes.js';
import { onKeepKey } from './keep-key.js';
import { formatLiveLine } from './live-line.js';
import { type LivePage, openLivePage } from './live-page.js';
import type { OpenLog } from './log-file.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** Interval of redrawing the live line, and of writing a line if there is no terminal, milliseconds. */
const redrawMs = 100;
const lineMs = 2000;

export interface DriveRequest {
  config: PipelineConfig;
  /** Omitted for a pipeline file with cameras, which have their own sources. */
  source?: string;
  /** By camera, replacing the file's sources. */
  sources?: Readonly<Record<string, string>>;
  pacing: 'realtime' | 'lockstep';
  flags: DriveFlags;
  rateFactor?: number;
  /** A recording of results whose run is to be repeated. */
  repeat?: string;
}

/** Runs a pipeline interactively: shows the live line while it runs, and the table at the end. */
export async function drive(request: DriveRequest): Promise<void> {
  const { source, sources, pacing, flags, rateFactor = 1, repeat } = request;
  const stop = new AbortController();
  const supervised = supervisedFromEnvironment();
  if (supervised !== undefined) startBeating(supervised, () => stop.abort());
  const forget = onStopSignals(() => stop.abort());
  const terminal = new Terminal(process.stdout, process.stderr, () => stop.abort());
  const intervalMs = terminal.isInteractive ? redrawMs : lineMs;
  let lastShownMs = Number.NEGATIVE_INFINITY;
  let published = 0;
  let page: LivePage | undefined;
  let log: OpenLog | undefined;
  let forgetKey = (): void => {};
  try {
    if (flags.log !== undefined) {
      const { openLog } = await import('./log-file.js');
      log = openLog(flags.log, flags.logLevel);
    }
    const config = withFlags(request.config, flags);
    if (flags.frameRate !== undefined && source !== undefined) await refuseRecording(source);
    page = await openLivePage(config, flags.view === true, supervised !== undefined);
    for (const line of page?.lines(terminal.isInteractive) ?? []) terminal.note(line);
    const onFrame = (frame: PerceptionFrame, { framesPublished, ...rest }: Progress): void => {
      supervised?.main.published(Number(frame.frameId), ++published);
      const nowMs = performance.now();
      if (nowMs - lastShownMs < intervalMs) return;
      lastShownMs = nowMs;
      const line = formatLiveLine(frame, { framesPublished, ...rest });
      if (terminal.isInteractive) terminal.showLive(line);
      else terminal.note(line);
    };
    const options = {
      config,
      ...(page === undefined ? {} : { outputs: page.outputs }),
      pacing,
      rateFactor,
      signal: stop.signal,
      ...(config.record?.keepSeconds !== undefined && {
        onKeep: (keep: () => void) => {
          forgetKey = onKeepKey(terminal, keep, () => stop.abort());
        },
      }),
      note: (text: string) => terminal.note(text),
      ...(log !== undefined && { log }),
      supervised,
    };
    const { report, error, hungLanes } =
      config.cameras === undefined
        ? await runPipeline({
            ...options,
            source: source!,
            ...(repeat === undefined ? {} : { repeat }),
            onFrame: (frame, _payload, progress) => onFrame(frame, progress),
          })
        : await runCameras({
            ...options,
            ...(sources && { sources }),
            onFrame: (frame, _payload, progress) => onFrame(frame, progress),
          });
    terminal.print(flags.json ? measuredJson(report) : await inWords(report));
    if (hungLanes.length > 0) await endByForce(terminal, hungLanes, error);
    if (error !== undefined) throw error;
    supervised?.main.ended();
    if (page?.isShown && source && terminal.isInteractive && !stop.signal.aborted) {
      await page.showEnded(source);
      terminal.note(`step through it: ${page.url} (Ctrl-C ends it)`);
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    }
  } finally {
    forgetKey();
    await page?.close();
    await log?.close();
    terminal.clearLive();
    forget();
  }
}

/** A pipeline file may hold a rate for some of its drives; on the command line it is meant for this one. */
async function refuseRecording(source: string): Promise<void> {
  if (addressRow(source) !== undefined) return;
  const { recogniseSource } = await import('../src/capture/recognise-source.js');
  if ((await recogniseSource(source)) !== 'recording') return;
  throw new PerceptionError(
    'ERR_USAGE',
    `--frame-rate: expected pictures, a video or a camera, found a recording, which keeps its own times: ${source}`,
  );
}

/** Opens and runs a pipeline file with several cameras. */
async function runCameras(options: Parameters<typeof openRig>[0]) {
  const rig = await openRig(options);
  return rig.run(options.signal);
}

async function inWords(report: RunReport | RigReport): Promise<string> {
  const { formatReport, formatRigReport } = await import('./report-table.js');
  return 'cameras' in report ? formatRigReport(report) : formatReport(report);
}

/** The pipeline file with the command line's options applied. */
function withFlags(config: PipelineConfig, flags: DriveFlags): PipelineConfig {
  if (config.cameras !== undefined && (flags.topic ?? flags.frameRate) !== undefined)
    throw new PerceptionError(
      'ERR_USAGE',
      '--topic and --frame-rate are of one camera: say them in `cameras` of the pipeline file',
    );
  const { zeromq } = config.publish;
  const published = zeromq ?? { endpoint: '', highWaterMark: 100 };
  const endpoint = flags.endpoint ?? zeromq?.endpoint;
  const { record } = config;
  const images = flags.images ?? record?.images ?? false;
  const out = flags.out ?? flags.record;
  const path = out === undefined ? record?.path : resolve(out);
  if (flags.images && path === undefined)
    throw new PerceptionError('ERR_USAGE', '--images puts pictures into --out, which is missing');
  for (const option of ['keep', 'split'] as const)
    if (flags[option] !== undefined && path === undefined)
      throw new PerceptionError(
        'ERR_USAGE',
        `--${option} says how --out is recorded, which is missing`,
      );
  if (flags.pictures !== undefined && !images)
    throw new PerceptionError(
      'ERR_USAGE',
      '--pictures says how --images are recorded, which is missing',
    );
  return {
    ...config,
    publish: flags.publish && endpoint !== undefined ? { zeromq: { ...published, endpoint } } : {},
    ...(path === undefined ? {} : { record: { ...record, path, images, ...keepFlags(flags) } }),
    ...(flags.topic !== undefined && { topic: flags.topic }),
    ...(flags.frameRate !== undefined && { frameRateHz: flags.frameRate }),
    allowUncertified: flags.allowUncertified ?? config.allowUncertified,
  };
}

const keepFlags = ({ keep, split, pictures }: DriveFlags) => ({
  ...(pictures !== undefined && { pictures }),
  ...(keep !== undefined && { keepSeconds: keep }),
  ...(split !== undefined && { split }),
});

/** If a thread hangs inside the runtime, only the end of its process can end it. */
async function endByForce(
  terminal: Terminal,
  hungLanes: readonly string[],
  error: unknown,
): Promise<void> {
  if (error !== undefined) terminal.note(describeError(error));
  terminal.note(`lane ${hungLanes.join(', ')} does not end: the process is killed`);
  await terminal.flushed();
  process.kill(process.pid, 'SIGKILL');
}
