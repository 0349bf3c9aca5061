import type { Task } from '../bundle/manifest.js';
import type { ErrorCode } from '../frame/perception-error.js';
import { DropCounter, type DropCounts, dropReasons, totalDrops } from './drop-counts.js';
import type { CapturedFrame, FrameOutcome, StageOutcome } from './frame-record.js';
import { type LaneJob, LaneQueue } from './lane-queue.js';
import { SlotReaders } from './slot-readers.js';
import { type StageGraph, stageInputs } from './stage-graph.js';

/** What the conductor asks of the world. Every call returns at once. */
export interface ConductorEffects<Result> {
  /** Run these stages on the frame; `input` is the answer that the job waited for, from another lane. */
  dispatch(laneIndex: number, job: LaneJob, frame: CapturedFrame, input?: Result): void;
  /** Nobody reads this slot any more. */
  release(slot: number): void;
  /** Frames come in order of their ids, each exactly once. */
  publish(outcome: FrameOutcome<Result>): void;
}

export interface ConductorOptions {
  graph: StageGraph;
  /** Nanoseconds after capture; a stage without an entry is waited for. */
  deadlineNs: Readonly<Partial<Record<Task, bigint>>>;
}

interface OpenFrame<Result> {
  frame: CapturedFrame;
  stages: Map<Task, StageOutcome<Result>>;
}

/**
 * Decides what runs, what is given up and what leaves, frame by frame; knows no threads, sockets or clocks.
 *
 * Live, the newest frame wins: a lane has one job running and one waiting, and a waiting job that a newer
 * frame overtakes is `skipped` for its frame. A frame whose every stage was skipped is a counted drop;
 * every other one is published, in order. In lock-step the same rules hold, but nothing is ever overtaken
 * because the next frame comes only after the last was published.
 */
export class Conductor<Result> {
  framesIn = 0;
  framesPublished = 0;
  /** Every frame that was not published, by reason, also those lost before they came here. */
  readonly drops = new DropCounter();
  readonly #dropsSincePublish = new DropCounter();
  readonly #graph: StageGraph;
  readonly #deadlineNs: ConductorOptions['deadlineNs'];
  readonly #effects: ConductorEffects<Result>;
  readonly #lanes: LaneQueue[];
  /** In order of frame ids; the first one is published next. */
  readonly #open = new Map<number, OpenFrame<Result>>();
  readonly #slots: SlotReaders;

  constructor(options: ConductorOptions, effects: ConductorEffects<Result>) {
    this.#graph = options.graph;
    this.#deadlineNs = options.deadlineNs;
    this.#effects = effects;
    this.#lanes = options.graph.lanes.map((plan) => new LaneQueue(plan));
    this.#slots = new SlotReaders((slot) => effects.release(slot));
  }

  /** Frames that came and are not yet published or dropped. */
  get openFrames(): number {
    return this.#open.size;
  }

  frameArrived(frame: CapturedFrame): void {
    this.framesIn += 1 + totalDrops(frame.dropsBefore);
    this.drops.addAll(frame.dropsBefore);
    this.#open.set(frame.id, { frame, stages: new Map() });
    this.#slots.hold(frame.id, frame.slot);
    this.#lanes.forEach((lane, laneIndex) => {
      lane.plan.jobs.forEach((job, jobIndex) => {
        if (job.after === undefined)
          this.#offer(laneIndex, { frameId: frame.id, jobIndex, stages: job.stages });
      });
    });
    this.#slots.letGo(frame.id);
    this.#settle();
  }

  /** Frames were lost where no later frame tells of them, such as at the end of a stream. */
  framesLost(drops: DropCounts): void {
    this.framesIn += totalDrops(drops);
    this.drops.addAll(drops);
    this.#dropsSincePublish.addAll(drops);
  }

  stageDone(frameId: number, stage: Task, outcome: StageOutcome<Result>): void {
    this.#decide(frameId, stage, outcome);
    this.#settle();
  }

  laneReady(laneIndex: number): void {
    this.#lanes[laneIndex]!.isReady = true;
    this.#startNext(laneIndex);
  }

  /** The lane has nothing more to say of its running job and no longer reads the frame. */
  jobDone(laneIndex: number): void {
    const job = this.#lanes[laneIndex]!.endRunning();
    if (job !== undefined) this.#slots.letGo(job.frameId);
    this.#startNext(laneIndex);
    this.#settle();
  }

  /** The lane is gone: what it had not answered failed. It takes jobs again after laneReady. */
  laneDied(laneIndex: number, errorCode: ErrorCode): void {
    const lane = this.#lanes[laneIndex]!;
    lane.isReady = false;
    const job = lane.endRunning();
    if (job !== undefined) {
      for (const stage of job.stages)
        this.#decide(job.frameId, stage, { state: 'failed', errorCode });
      this.#slots.letGo(job.frameId);
    }
    this.#settle();
  }

  /** Gives up, as `late`, every stage whose deadline has passed. */
  checkDeadlines(nowNs: bigint): void {
    for (const [frameId, { frame, stages }] of this.#open)
      for (const stage of this.#graph.stages) {
        const deadlineNs = this.#deadlineNs[stage];
        if (deadlineNs === undefined || stages.has(stage)) continue;
        if (nowNs - frame.captureTimeNs >= deadlineNs)
          this.#decide(frameId, stage, { state: 'late' });
      }
    for (const lane of this.#lanes) this.#withdrawDecided(lane);
    this.#settle();
  }

  /** The run ends now: what is still open is dropped, and counted as such. */
  abandonOpen(): void {
    this.drops.add(dropReasons.stopped, this.#open.size);
    this.#open.clear();
    for (const lane of this.#lanes) this.#withdrawDecided(lane);
  }

  #offer(laneIndex: number, job: LaneJob): void {
    this.#slots.hold(job.frameId);
    const overtaken = this.#lanes[laneIndex]!.offer(job);
    if (overtaken !== undefined) {
      for (const stage of overtaken.stages)
        this.#decide(overtaken.frameId, stage, { state: 'skipped' });
      this.#slots.letGo(overtaken.frameId);
    }
    this.#startNext(laneIndex);
  }

  #startNext(laneIndex: number): void {
    const job = this.#lanes[laneIndex]!.startNext();
    if (job === undefined) return;
    const open = this.#open.get(job.frameId)!;
    const input = this.#inputOf(laneIndex, job, open);
    this.#effects.dispatch(laneIndex, job, open.frame, input);
  }

  #inputOf(laneIndex: number, job: LaneJob, open: OpenFrame<Result>): Result | undefined {
    const after = this.#lanes[laneIndex]!.plan.jobs[job.jobIndex]!.after;
    const outcome = after === undefined ? undefined : open.stages.get(after);
    return outcome?.state === 'ok' ? outcome.result : undefined;
  }

  /** The first word on a stage stands: a result that comes after `late` changes nothing. */
  #decide(frameId: number, stage: Task, outcome: StageOutcome<Result>): void {
    const open = this.#open.get(frameId);
    if (open === undefined || open.stages.has(stage)) return;
    open.stages.set(stage, outcome);
    for (const [dependent, input] of Object.entries(stageInputs) as [Task, Task][]) {
      if (input !== stage || !this.#graph.stages.includes(dependent)) continue;
      if (outcome.state === 'late') this.#decide(frameId, dependent, { state: 'late' });
      else if (outcome.state !== 'ok') this.#decide(frameId, dependent, { state: 'skipped' });
      else this.#offerAfter(frameId, stage);
    }
  }

  #offerAfter(frameId: number, stage: Task): void {
    this.#lanes.forEach((lane, laneIndex) => {
      lane.plan.jobs.forEach((job, jobIndex) => {
        if (job.after === stage) this.#offer(laneIndex, { frameId, jobIndex, stages: job.stages });
      });
    });
  }

  /** Publishes or drops from the oldest frame on, as far as every stage is decided. */
  #settle(): void {
    for (const [frameId, { frame, stages }] of this.#open) {
      if (stages.size < this.#graph.stages.length) return;
      this.#open.delete(frameId);
      this.#dropsSincePublish.addAll(frame.dropsBefore);
      if ([...stages.values()].every(({ state }) => state === 'skipped')) {
        this.drops.add(dropReasons.overtaken);
        this.#dropsSincePublish.add(dropReasons.overtaken);
      } else {
        this.framesPublished++;
        this.#effects.publish({ frame, stages, drops: this.#dropsSincePublish.take() });
      }
    }
  }

  #withdrawDecided(lane: LaneQueue): void {
    const isDecided = ({ frameId, stages }: LaneJob) =>
      stages.every((stage) => this.#open.get(frameId)?.stages.has(stage) ?? true);
    for (const job of lane.withdraw(isDecided)) this.#slots.letGo(job.frameId);
  }
}
