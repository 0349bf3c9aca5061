import { setTimeout as sleep } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import type { Task } from '../bundle/manifest.js';
import type { CaptureEnd } from '../capture/capture-thread.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { PipelineStatusSchema } from '../messages/gen/windshield/v1/perception_pb.js';
import { perceptionTopic, statusTopic } from '../messages/topics.js';
import type { StageResult } from '../stages/stage-result.js';
import { stageTable } from '../stages/stage-table.js';
import { buildReport } from './build-report.js';
import { Conductor } from './conductor.js';
import { Degradation } from './degradation.js';
import { type DropCounts, newDrops, totalDrops } from './drop-counts.js';
import { dropMessages } from './frame-messages.js';
import type { CapturedFrame, FrameOutcome, StageOutcome } from './frame-record.js';
import type { Lane } from './lane.js';
import type { LaneJob } from './lane-queue.js';
import type { LaneRelay } from './lane-relay.js';
import type { RunResult } from './pipeline-options.js';
import type { PipelineParts } from './pipeline-parts.js';
import { RateMeter } from './rate-meter.js';
import { RunStatistics } from './run-statistics.js';

/** How often deadlines are looked at, and status is published, milliseconds. */
const deadlineCheckMs = 5;
const statusMs = 1000;
/** A run that was stopped waits this long for the frames that are on their way, milliseconds. */
const drainMs = 1000;
const drainPollMs = 2;

/** One run of an open pipeline: joins capture, lanes, conductor and the ways out. */
export class PipelineRun {
  readonly parts: PipelineParts;
  readonly conductor: Conductor<StageResult>;
  readonly statistics: RunStatistics;
  readonly publishedRate = new RateMeter();
  /** Changes of mode, in the order in which they came. */
  modeChanges = 0;
  readonly #degradation: Degradation | undefined;
  /** From the start of the process, milliseconds. */
  firstResultMs: number | null = null;
  readonly #hungLanes: string[] = [];
  /** Aborted, with the error, by what ends the run before its time. */
  readonly #fatal = new AbortController();
  #knownDrops: DropCounts = {};

  constructor(parts: PipelineParts) {
    const { options, graph, capture, relays, repeated } = parts;
    this.parts = parts;
    this.statistics = new RunStatistics(graph.stages);
    const deadlines = options.pacing === 'lockstep' ? {} : options.config.deadlineMs;
    const deadlineNs = Object.fromEntries(
      Object.entries(deadlines).map(([stage, ms = 0]) => [stage, BigInt(Math.round(ms * 1e6))]),
    );
    const { degradation } = options.config;
    if (degradation !== undefined && options.pacing === 'realtime')
      this.#degradation = new Degradation(degradation);
    // A frame's slot is free when no lane has work on it any more: asked for then, none overtakes another.
    const isClosedLoop = options.pacing === 'lockstep' && options.framesInFlight === 2;
    const planFrame = repeated ?? this.#degradation?.planFrame.bind(this.#degradation);
    this.conductor = new Conductor(
      { graph, deadlineNs, ...(planFrame && { planFrame }) },
      {
        dispatch: (laneIndex, job, frame, input) => this.#dispatch(laneIndex, job, frame, input),
        release: (slot) => {
          capture.ring.release(slot);
          if (isClosedLoop) capture.requestNext();
        },
        publish: (outcome) => this.#publish(outcome),
        accepted: (frame, result, mode) => this.#accept(frame, result, mode),
        dropped: () => this.#requestNext(),
      },
    );
    relays.forEach((relay, laneIndex) => {
      this.#conduct(relay, laneIndex);
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
    const timers = [setInterval(() => this.#publishStatus(), statusMs)];
    if (options.pacing === 'realtime')
      timers.push(setInterval(() => this.conductor.checkDeadlines(nowNs()), deadlineCheckMs));
    capture.onLost((error) => options.note?.(`${error.message}; trying again`));
    capture.onFrame((frame) => {
      const dropsBefore = this.#newDrops(capture.counts.drops);
      this.conductor.frameArrived({ ...frame, arrivalTimeNs: nowNs(), dropsBefore });
    });
    if (options.pacing === 'lockstep')
      for (let ahead = options.framesInFlight ?? 1; ahead > 0; ahead--) capture.requestNext();
    const end = await capture.ended;
    await this.#drain(signal);
    this.conductor.framesLost(this.#newDrops(end.counts.drops));
    for (const timer of timers) clearInterval(timer);
    for (const ended of ends) ended.removeEventListener('abort', stop);
    this.#publishStatus();
    const cause = this.#fatal.signal.aborted ? this.#fatal.signal.reason : endError(end);
    const error = (await this.close(cause)) ?? this.#accountError(end);
    const isStopped = signal?.aborted === true && error === undefined;
    const report = buildReport(this, isStopped ? 'stopped' : error ? 'failed' : 'ended');
    const hungLanes = this.#hungLanes;
    return error === undefined ? { report, hungLanes } : { report, error, hungLanes };
  }

  /** Closes every part. A recording of a run that failed is taken back. Resolves with the first error, if any. */
  async close(error?: unknown): Promise<unknown> {
    const { options, capture, lanes, publisher, recorder } = this.parts;
    // A supervisor keeps what was recorded, as it does when there is no time to say so.
    const giveUp = () => (options.supervised === undefined ? recorder?.abort() : recorder?.leave());
    const closed = await Promise.allSettled([
      capture.stop(),
      ...lanes.map((lane) => this.#closeLane(lane)),
      publisher?.close(),
      error === undefined ? recorder?.close() : giveUp(),
    ]);
    return error ?? closed.find((part) => part.status === 'rejected')?.reason;
  }

  async #closeLane(lane: Lane): Promise<void> {
    if (!(await lane.close())) this.#hungLanes.push(lane.name);
  }

  #conduct(relay: LaneRelay, laneIndex: number): void {
    const { options, lanes } = this.parts;
    const { conductor } = this;
    relay.listener = {
      stageDone: (frameId, stage, outcome) => {
        this.#measure(stage, outcome);
        conductor.stageDone(frameId, stage, outcome);
      },
      jobDone: () => conductor.jobDone(laneIndex),
      ready: () => conductor.laneReady(laneIndex),
      died: () => {
        options.note?.(`lane ${lanes[laneIndex]!.name} died and is started anew`);
        conductor.laneDied(laneIndex, 'ERR_LANE');
      },
      failed: (error) => {
        conductor.laneDied(laneIndex, error.code);
        this.#fatal.abort(error);
      },
    };
    if (relay.isReady) conductor.laneReady(laneIndex);
  }

  #measure(stage: Task, outcome: StageOutcome<StageResult>): void {
    if (outcome.state !== 'ok') return;
    const { preprocessEndNs, inferenceEndNs } = outcome.times;
    // A stage that had nothing to infer, such as a frame without signs, says nothing of its network's speed.
    if (inferenceEndNs > preprocessEndNs) this.statistics.addStage(stage, outcome.times);
  }

  #dispatch(
    laneIndex: number,
    job: LaneJob,
    frame: CapturedFrame,
    input: StageResult | undefined,
  ): void {
    const { fuser, lanes } = this.parts;
    const reader = job.stages.find((stage) => stageTable[stage].reads === input?.stage);
    const narrows = job.isApart === true && input !== undefined && reader !== undefined;
    const reading = narrows ? fuser.narrow(reader, frame, input) : input;
    lanes[laneIndex]!.run(job, frame.slot, reading);
  }

  /** An answer stands. What is urgent leaves at once: it would else wait for the slowest stage of its frame. */
  #accept(frame: CapturedFrame, result: StageResult, mode: string): void {
    const { fuser, publisher } = this.parts;
    fuser.accept(frame, result);
    const update = fuser.updateOf(result.stage, frame, mode, nowNs());
    if (update === undefined) return;
    publisher?.publish(update.topic, update.payload);
    this.statistics.glassToSteering.add(elapsedMs(frame.captureTimeNs, nowNs()));
  }

  #publish(outcome: FrameOutcome<StageResult>): void {
    const { options, fuser, publisher, recorder } = this.parts;
    const startNs = nowNs();
    const { frame, payload } = fuser.fuse(outcome, startNs);
    publisher?.publish(perceptionTopic.name, payload);
    recorder?.record(this.#recordStampNs(outcome.frame), payload);
    const endNs = nowNs();
    this.firstResultMs ??= performance.now();
    this.statistics.addFrame(outcome, endNs);
    this.statistics.fuseAndPublish.add(elapsedMs(startNs, endNs));
    this.publishedRate.add(endNs);
    options.onFrame?.(frame, payload, {
      framesPublished: this.conductor.framesPublished,
      framesDropped: totalDrops(this.conductor.drops.snapshot()),
      publishedRateHz: this.publishedRate.recentHz(),
    });
    const change = this.#degradation?.observe(outcome, endNs);
    if (change !== undefined) {
      this.modeChanges++;
      const share = `p99 at ${(change.pressure * 100).toFixed(0)} % of its budget`;
      options.note?.(`mode ${change.mode || 'full'}: ${share}`);
    }
    this.#requestNext();
  }

  #requestNext(): void {
    const { options, capture, recorder } = this.parts;
    if (options.pacing !== 'lockstep' || options.framesInFlight === 2) return;
    // In lock-step the recording is complete, so the disk may hold up the frames.
    if (recorder === undefined) capture.requestNext();
    else void recorder.drained().then(() => capture.requestNext());
  }

  /** The camera's stamp where there is one; of a live camera else the wall time, of anything else the source's own. */
  #recordStampNs(frame: CapturedFrame): bigint {
    if (frame.stampNs !== 0n) return frame.stampNs;
    const { capture, wallOffsetNs } = this.parts;
    return capture.info.isLive ? frame.captureTimeNs + wallOffsetNs : frame.sourceTimeNs;
  }

  #publishStatus(): void {
    const { options, capture, fuser, publisher, recorder } = this.parts;
    const { framesIn, framesPublished, drops } = this.conductor;
    const isRecordingLost = recorder?.failure !== undefined;
    const status = create(PipelineStatusSchema, {
      framesCaptured: BigInt(framesIn),
      framesPublished: BigInt(framesPublished),
      drops: dropMessages(drops.snapshot()),
      publishedRateHz: this.publishedRate.recentHz(),
      health: isRecordingLost ? [...fuser.health, 'recording_failed'] : [...fuser.health],
      sourceName: capture.info.name,
      bundles: [...fuser.bundles],
      mode: this.#degradation?.mode ?? '',
      epoch: options.supervised?.epoch ?? 0,
    });
    publisher?.publish(statusTopic.name, toBinary(PipelineStatusSchema, status));
  }

  #newDrops(total: DropCounts): DropCounts {
    const drops = newDrops(this.#knownDrops, total);
    this.#knownDrops = { ...total };
    return drops;
  }

  /** Waits for the frames on their way: to the end after the last frame of a source, briefly after a stop. */
  async #drain(signal: AbortSignal | undefined): Promise<void> {
    let stoppedNs: bigint | undefined;
    while (this.conductor.openFrames > 0) {
      if (signal?.aborted) stoppedNs ??= nowNs();
      const isOverdue = stoppedNs !== undefined && elapsedMs(stoppedNs, nowNs()) > drainMs;
      if (this.#fatal.signal.aborted || isOverdue) this.conductor.abandonOpen();
      else await sleep(drainPollMs);
    }
  }

  /** The first promise of the project, held at the end of every run: in = published + dropped. */
  #accountError({ counts }: CaptureEnd): PerceptionError | undefined {
    const { framesIn, framesPublished, drops } = this.conductor;
    const accounted = framesPublished + totalDrops(drops.snapshot());
    const captured = counts.delivered + totalDrops(counts.drops);
    if (framesIn === accounted && framesIn === captured) return undefined;
    return new PerceptionError(
      'ERR_INTERNAL',
      `expected every frame accounted for, found ${captured} at the source, ${framesIn} in, ${accounted} published or dropped`,
    );
  }
}

const endError = (end: CaptureEnd) => (end.kind === 'failed' ? end.error : undefined);
