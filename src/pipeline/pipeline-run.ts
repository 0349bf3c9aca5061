import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureEnd } from '../capture/capture-thread.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { novelScene } from '../perception/novelty/novelty-memory.js';
import type { StageResult } from '../stages/stage-result.js';
import { buildReport } from './build-report.js';
import { Conductor } from './conductor.js';
import { Degradation } from './degradation.js';
import { type DropCounts, newDrops, totalDrops } from './drop-counts.js';
import { guardSteering } from './guard-steering.js';
import type { RunLane } from './lane.js';
import { connectLanes, LaneDispatcher } from './lane-dispatcher.js';
import { LockstepPacer } from './lockstep-pacer.js';
import type { RunResult } from './pipeline-options.js';
import type { PipelineParts } from './pipeline-parts.js';
import { ResultFlow } from './result-flow.js';
import { RunLog } from './run-log.js';
import { RunStatistics } from './run-statistics.js';

/** How often deadlines are checked and status is published, milliseconds. */
const deadlineCheckMs = 5;
const statusMs = 1000;
/** How long a stopped run waits for frames in flight, milliseconds. */
const drainMs = 1000;
const drainPollMs = 2;

/** One run of an open pipeline: starts the frames, waits for their end, and closes every part. */
export class PipelineRun {
  /** For callers that watch a run or inject faults into it. */
  readonly parts: PipelineParts;
  readonly #conductor: Conductor<StageResult>;
  readonly #statistics: RunStatistics;
  readonly #pacer: LockstepPacer;
  readonly #results: ResultFlow;
  readonly #log: RunLog;
  readonly #hungLanes: string[] = [];
  /** Aborted with the error that ends the run early. */
  readonly #fatal = new AbortController();
  #knownDrops: DropCounts = {};

  constructor(parts: PipelineParts) {
    const { options, graph, capture, lanes, relays, fuser, outputs, repeated } = parts;
    const { degradation, deadlineMs } = options.config;
    const isRealtime = options.pacing === 'realtime';
    const modes = isRealtime && degradation ? new Degradation(degradation) : undefined;
    const planned = repeated ?? modes?.planFrame.bind(modes);
    const { pictureHealth, novelty } = options.config;
    const planFrame = guardSteering(planned, {
      pictureCodes: pictureHealth?.stopsSteering ?? [],
      isNovel: novelty?.stopsSteering ? () => fuser.stageHealth.includes(novelScene) : undefined,
    });
    this.parts = parts;
    this.#log = new RunLog(options.log);
    this.#statistics = new RunStatistics(graph.stages);
    this.#pacer = new LockstepPacer(options, capture, () => outputs.drained());
    const totals = () => this.#conductor;
    this.#results = new ResultFlow(parts, this.#statistics, modes, this.#pacer, totals);
    this.#conductor = new Conductor(
      {
        graph,
        deadlineNs: isRealtime ? inNs(deadlineMs) : {},
        keepsPixels: outputs.needsPixels,
        ...(planFrame && { planFrame }),
      },
      new LaneDispatcher(lanes, fuser, capture.ring, this.#pacer),
      this.#results,
    );
    connectLanes(lanes, relays, this.#conductor, {
      answered: (frameId, stage, outcome) => {
        if (outcome.state === 'ok') this.#statistics.addStage(stage, outcome.times);
        else this.#log.answered(stage, frameId, outcome);
      },
      died: (lane, cause) => {
        this.#log.laneDied(lane, cause);
        options.note?.(`lane ${lane} died (${cause}) and is started again`);
      },
      failed: (error) => {
        this.#log.failed(error);
        this.#fatal.abort(error);
      },
    });
  }

  /** Starts the frames; resolves when the last one is published and everything is closed. Call it once. */
  async run(signal?: AbortSignal): Promise<RunResult> {
    const { capture, options } = this.parts;
    const stop = () => void capture.stop();
    const ends = [this.#fatal.signal, ...(signal === undefined ? [] : [signal])];
    for (const end of ends) {
      if (end.aborted) stop();
      end.addEventListener('abort', stop, { once: true });
    }
    const timers = [setInterval(() => this.#log.health(this.#results.publishStatus()), statusMs)];
    if (options.pacing === 'realtime')
      timers.push(setInterval(() => this.#conductor.checkDeadlines(nowNs()), deadlineCheckMs));
    this.#log.started(this.parts);
    capture.onNote((text) => {
      this.#log.note(text);
      options.note?.(text);
    });
    capture.onLost((error) => {
      this.#log.sourceLost(error);
      options.note?.(`${error.message}; trying again`);
      this.#results.sourceLost();
    });
    capture.onFrame((frame) => {
      this.#results.frameCaptured(frame);
      const dropsBefore = this.#newDrops(capture.counts.drops);
      this.#conductor.frameArrived({ ...frame, arrivalTimeNs: nowNs(), dropsBefore });
    });
    this.#pacer.start();
    const end = await capture.ended;
    await this.#drain(signal);
    this.#conductor.framesLost(this.#newDrops(end.counts.drops));
    options.onLastFrame?.();
    for (const timer of timers) clearInterval(timer);
    for (const ended of ends) ended.removeEventListener('abort', stop);
    this.#results.publishStatus();
    return this.#finish(end, signal);
  }

  async #finish(end: CaptureEnd, signal: AbortSignal | undefined): Promise<RunResult> {
    const cause = this.#fatal.signal.aborted ? this.#fatal.signal.reason : endError(end);
    const isCutShort = signal?.aborted === true;
    const error = (await this.#close(cause, isCutShort)) ?? this.#accountError(end);
    const isStopped = isCutShort && error === undefined;
    const { modeChanges, publishedRate, firstResultMs } = this.#results;
    const report = buildReport(
      {
        parts: this.parts,
        conductor: this.#conductor,
        statistics: this.#statistics,
        modeChanges,
        publishedRate,
        firstResultMs,
      },
      isStopped ? 'stopped' : error ? 'failed' : 'ended',
    );
    this.#log.ended(report, error);
    const hungLanes = this.#hungLanes;
    return error === undefined ? { report, hungLanes } : { report, error, hungLanes };
  }

  /** Closes every part; the recording of a failed replay is taken back. Resolves with the first error, if any. */
  async #close(error: unknown, isCutShort: boolean): Promise<unknown> {
    const { options, capture, lanes, outputs } = this.parts;
    // Under a supervisor the recording is kept, as it is when the process dies.
    const given = options.supervised === undefined ? 'failed' : 'left';
    const closed = await Promise.allSettled([
      capture.stop(),
      ...lanes.map((lane) => this.#closeLane(lane)),
      outputs.close(error !== undefined ? given : isCutShort ? 'stopped' : 'ended'),
    ]);
    return error ?? closed.find((part) => part.status === 'rejected')?.reason;
  }

  async #closeLane(lane: RunLane): Promise<void> {
    if (!(await lane.close())) this.#hungLanes.push(lane.name);
  }

  #newDrops(total: DropCounts): DropCounts {
    const drops = newDrops(this.#knownDrops, total);
    this.#knownDrops = { ...total };
    return drops;
  }

  /** Waits for frames in flight: without limit after the last frame of a source, briefly after a stop. */
  async #drain(signal: AbortSignal | undefined): Promise<void> {
    let stoppedNs: bigint | undefined;
    while (this.#conductor.openFrames > 0) {
      if (signal?.aborted) stoppedNs ??= nowNs();
      const isOverdue = stoppedNs !== undefined && elapsedMs(stoppedNs, nowNs()) > drainMs;
      if (this.#fatal.signal.aborted || isOverdue) this.#conductor.abandonOpen();
      else await sleep(drainPollMs);
    }
  }

  /** Checks the project's first promise at the end of every run: in = published + dropped. */
  #accountError({ counts }: CaptureEnd): PerceptionError | undefined {
    const { framesIn, framesPublished, drops } = this.#conductor;
    const accounted = framesPublished + totalDrops(drops.snapshot());
    const captured = counts.delivered + totalDrops(counts.drops);
    if (framesIn === accounted && framesIn === captured) return undefined;
    return new PerceptionError(
      'ERR_INTERNAL',
      `expected every frame accounted for, found ${captured} at the source, ${framesIn} in, ${accounted} published or dropped`,
    );
  }
}

/** Milliseconds by stage as nanoseconds. */
function inNs(byStageMs: Readonly<Record<string, number | undefined>>): Record<string, bigint> {
  return Object.fromEntries(
    Object.entries(byStageMs).map(([stage, ms = 0]) => [stage, BigInt(Math.round(ms * 1e6))]),
  );
}

const endError = (end: CaptureEnd) => (end.kind === 'failed' ? end.error : undefined);
