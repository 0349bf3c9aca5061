import { resolve } from 'node:path';
import { PerceptionError } from '../src/frame/perception-error.js';
import { runPipeline } from '../src/pipeline/pipeline.js';
import type { PipelineConfig } from '../src/pipeline/pipeline-schema.js';
import { startBeating, supervisedFromEnvironment } from '../src/supervise/supervised.js';
import { measuredJson } from '../src/text/measured-json.js';
import type { DriveFlags } from './drive-options.js';
import { describeError } from './exit-codes.js';
import { onKeepKey } from './keep-key.js';
import { formatLiveLine } from './live-line.js';
import { type LivePage, openLivePage } from './live-page.js';
import type { OpenLog } from './log-file.js';
import { formatReport } from './report-table.js';
import { onStopSignals } from './stop-signals.js';
import { Terminal } from './terminal.js';

/** How often the live line is redrawn, and how often a line is written where there is no terminal, milliseconds. */
const redrawMs = 100;
const lineMs = 2000;

export interface DriveRequest {
  config: PipelineConfig;
  source: string;
  pacing: 'realtime' | 'lockstep';
  flags: DriveFlags;
  rateFactor?: number;
  /** A recording of results whose run is repeated. */
  repeat?: string;
}

/** Runs a pipeline for a person: the live line while it runs, the table at its end. */
export async function drive(request: DriveRequest): Promise<void> {
  const { source, pacing, flags, rateFactor = 1, repeat } = request;
  const stop = new AbortController();
  const supervised = supervisedFromEnvironment();
  if (supervised !== undefined) startBeating(supervised, () => stop.abort());
  const forget = onStopSignals(() => stop.abort());
  const terminal = new Terminal(process.stdout, process.stderr, () => stop.abort());
  const intervalMs = terminal.isInteractive ? redrawMs : lineMs;
  let lastShownMs = Number.NEGATIVE_INFINITY;
  let page: LivePage | undefined;
  let log: OpenLog | undefined;
  let forgetKey = (): void => {};
  try {
    if (flags.log !== undefined) {
      const { openLog } = await import('./log-file.js');
      log = openLog(flags.log, flags.logLevel);
    }
    const config = withFlags(request.config, flags);
    page = await openLivePage(config, flags.view === true, supervised !== undefined);
    for (const line of page?.lines(terminal.isInteractive) ?? []) terminal.note(line);
    const { report, error, hungLanes } = await runPipeline({
      config,
      ...(page === undefined ? {} : { outputs: page.outputs }),
      source,
      pacing,
      rateFactor,
      ...(repeat === undefined ? {} : { repeat }),
      signal: stop.signal,
      ...(config.record?.keepSeconds !== undefined && {
        onKeep: (keep) => {
          forgetKey = onKeepKey(terminal, keep, () => stop.abort());
        },
      }),
      note: (text) => terminal.note(text),
      ...(log !== undefined && { log }),
      supervised,
      onFrame(frame, _payload, progress) {
        supervised?.main.published(Number(frame.frameId), progress.framesPublished);
        const nowMs = performance.now();
        if (nowMs - lastShownMs < intervalMs) return;
        lastShownMs = nowMs;
        const line = formatLiveLine(frame, progress);
        if (terminal.isInteractive) terminal.showLive(line);
        else terminal.note(line);
      },
    });
    terminal.print(flags.json ? measuredJson(report) : formatReport(report));
    if (hungLanes.length > 0) await endByForce(terminal, hungLanes, error);
    if (error !== undefined) throw error;
    supervised?.main.ended();
    if (page?.isShown && terminal.isInteractive && !stop.signal.aborted) {
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

/** The pipeline file with what the command line says in its place. */
function withFlags(config: PipelineConfig, flags: DriveFlags): PipelineConfig {
  const { zeromq } = config.publish;
  const published = zeromq ?? { endpoint: '', highWaterMark: 100 };
  const endpoint = flags.endpoint ?? zeromq?.endpoint;
  const { record } = config;
  const images = flags.images ?? record?.images ?? false;
  const out = flags.out ?? flags.record;
  const path = out === undefined ? record?.path : resolve(out);
  if (flags.images && path === undefined)
    throw new PerceptionError('ERR_USAGE', '--images puts pictures into --out, which is missing');
  return {
    ...config,
    publish: flags.publish && endpoint !== undefined ? { zeromq: { ...published, endpoint } } : {},
    ...(path === undefined ? {} : { record: { ...record, path, images, ...keepFlags(flags) } }),
    ...(flags.topic !== undefined && { topic: flags.topic }),
    ...(flags.frameRate !== undefined && { frameRateHz: flags.frameRate }),
    allowUncertified: flags.allowUncertified ?? config.allowUncertified,
  };
}

const keepFlags = ({ keep, split }: DriveFlags) => ({
  ...(keep !== undefined && { keepSeconds: keep }),
  ...(split !== undefined && { split }),
});

/** A thread that hangs inside the runtime can be ended by nothing but the end of its process. */
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
