import type { Task } from '../bundle/manifest.js';
import type { ErrorCode } from '../frame/perception-error.js';
import { readersOf, stageTable } from '../stages/stage-table.js';
import { DropCounter, type DropCounts, dropReasons, totalDrops } from './drop-counts.js';
import { type FramePlan, type FramePlanner, fullPlan } from './frame-plan.js';
import type { CapturedFrame, FrameOutcome, StageOutcome } from './frame-record.js';
import { type LaneJob, LaneQueue } from './lane-queue.js';
import { SlotReaders } from './slot-readers.js';
import type { StageGraph } from './stage-graph.js';

/** Keeps a frame's slot from being overwritten; returns a function that gives it back. */
export type BorrowSlot = () => () => void;

/** The party that runs stages. Every call returns at once. */
export interface StageParty<Result> {
  /** Runs these stages on the frame; `input` is the answer that they read, if another lane or an earlier part gave it. */
  dispatch(laneIndex: number, job: LaneJob, frame: CapturedFrame, input?: Result): void;
  /**
   * For a lane that several cameras share: whether it takes a job of this camera now. If false, `laneFree` is called at
   * its turn, and jobs that wait until then may still be overtaken.
   */
  claim?(laneIndex: number): boolean;
  /** Nobody reads this slot any more. */
  release(slot: number): void;
}

/** The party that takes results. Every call returns at once. */
export interface ResultParty<Result> {
  /** Takes a stage's answer that will be published. The answers of one stage come in order of frame id. */
  accept?(frame: CapturedFrame, result: Result, mode: string): void;
  /** Called in order of frame id, exactly once per frame. `borrow` works only with `keepsPixels` and during the call. */
  publish(outcome: FrameOutcome<Result>, borrow: BorrowSlot): void;
  /** The frame will not be published. */
  drop?(frame: CapturedFrame): void;
}

export interface ConductorOptions {
  graph: StageGraph;
  /** Nanoseconds after capture; a stage without an entry has no deadline. */
  deadlineNs: Readonly<Partial<Record<Task, bigint>>>;
  /** What runs on a frame; everything when left out. */
  planFrame?: FramePlanner;
  /** Frames keep their slot until they are published, for outputs that want the pixels with the result. */
  keepsPixels?: boolean;
}

interface OpenFrame<Result> {
  frame: CapturedFrame;
  plan: FramePlan;
  stages: Map<Task, StageOutcome<Result>>;
}

/**
 * Decides what runs, what is given up and what is published, frame by frame; knows no threads, sockets or clocks.
 *
 * Live, the newest frame wins: a lane has one job running and one waiting, and a waiting job that a newer frame overtakes
 * is `skipped` for its frame. A frame whose every stage was skipped is a counted drop; every other one is published, in
 * order. Stages that a frame's plan withholds are decided on arrival, so that nothing waits for them. In lock-step the
 * same rules hold, but nothing is ever overtaken because the next frame comes only after the last was published.
 */
export class Conductor<Result> {
  framesIn = 0;
  framesPublished = 0;
  /** Frames that were not published, by reason, including those lost before they came here. */
  readonly drops = new DropCounter();
  readonly #dropsSincePublish = new DropCounter();
  readonly #graph: StageGraph;
  readonly #deadlineNs: ConductorOptions['deadlineNs'];
  readonly #planFrame: FramePlanner;
  readonly #keepsPixels: boolean;
  readonly #stages: StageParty<Result>;
  readonly #results: ResultParty<Result>;
  readonly #lanes: LaneQueue[];
  /** In order of frame ids; the first one is published next. */
  readonly #open = new Map<number, OpenFrame<Result>>();
  readonly #slots: SlotReaders;

  constructor(options: ConductorOptions, stages: StageParty<Result>, results: ResultParty<Result>) {
    this.#graph = options.graph;
    this.#deadlineNs = options.deadlineNs;
    this.#planFrame = options.planFrame ?? (() => fullPlan);
    this.#keepsPixels = options.keepsPixels ?? false;
    this.#stages = stages;
    this.#results = results;
    this.#lanes = options.graph.lanes.map((plan) => new LaneQueue(plan));
    this.#slots = new SlotReaders((slot) => stages.release(slot));
  }

  /** Frames that arrived and are not yet published or dropped. */
  get openFrames(): number {
    return this.#open.size;
  }

  frameArrived(frame: CapturedFrame): void {
    this.framesIn += 1 + totalDrops(frame.dropsBefore);
    this.drops.addAll(frame.dropsBefore);
    const plan = this.#planFrame(frame);
    this.#open.set(frame.id, { frame, plan, stages: new Map() });
    this.#slots.hold(frame.id, frame.slot);
    if (this.#keepsPixels) this.#slots.hold(frame.id);
    if (plan.dropReason === undefined) {
      for (const [stage, outcome] of plan.withheld) this.#decide(frame.id, stage, outcome);
      this.#offerJobs(frame.id, undefined);
    }
    this.#slots.letGo(frame.id);
    this.#settle();
  }

  /** Counts lost frames that no later frame reports, such as those at the end of a stream. */
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

  /** It is this camera's turn on a lane whose `claim` had returned false. */
  laneFree(laneIndex: number): void {
    this.#startNext(laneIndex);
  }

  /** The lane has finished its running job and no longer reads the frame. */
  jobDone(laneIndex: number): void {
    const job = this.#lanes[laneIndex]!.endRunning();
    if (job !== undefined) this.#slots.letGo(job.frameId);
    this.#startNext(laneIndex);
    this.#settle();
  }

  /** The lane is gone: stages that it had not answered fail. It takes jobs again after laneReady. */
  laneDied(laneIndex: number, errorCode: ErrorCode, message: string): void {
    const lane = this.#lanes[laneIndex]!;
    lane.isReady = false;
    for (const job of [lane.endRunning(), lane.takeBegun()]) {
      if (job === undefined) continue;
      for (const stage of job.stages)
        this.#decide(job.frameId, stage, { state: 'failed', errorCode, message });
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

  /** Ends the run now: frames that are still open are dropped as `stopped`. */
  abandonOpen(): void {
    this.drops.add(dropReasons.stopped, this.#open.size);
    if (this.#keepsPixels) for (const frameId of this.#open.keys()) this.#slots.letGo(frameId);
    this.#open.clear();
    for (const lane of this.#lanes) this.#withdrawDecided(lane);
  }

  /** Offers every lane its jobs that wait for the answer of `after` or, if undefined, only for the frame. */
  #offerJobs(frameId: number, after: Task | undefined): void {
    const { plan, stages: decided } = this.#open.get(frameId)!;
    this.#lanes.forEach((lane, laneIndex) => {
      lane.plan.jobs.forEach((job, jobIndex) => {
        const stages = job.stages.filter((stage) => !decided.has(stage));
        if (job.after !== after || stages.length === 0) return;
        const isApart = plan.signs !== 'all';
        this.#offer(laneIndex, { frameId, jobIndex, stages, isApart });
      });
    });
  }

  #offer(laneIndex: number, job: LaneJob): void {
    this.#slots.hold(job.frameId);
    const overtaken = this.#lanes[laneIndex]!.offer(job);
    if (overtaken !== undefined) {
      for (const stage of overtaken.stages)
        this.#decide(overtaken.frameId, stage, { state: 'skipped', reason: 'overtaken' });
      this.#slots.letGo(overtaken.frameId);
    }
    this.#startNext(laneIndex);
  }

  #startNext(laneIndex: number): void {
    const lane = this.#lanes[laneIndex]!;
    // A job that was decided while it waited (its input failed, its deadline passed) is not run.
    this.#withdrawDecided(lane);
    if (!lane.canStart || this.#stages.claim?.(laneIndex) === false) return;
    const part = lane.startNext();
    if (part === undefined) return;
    const { job, hasRest } = part;
    if (hasRest) this.#slots.hold(job.frameId);
    const open = this.#open.get(job.frameId)!;
    this.#stages.dispatch(laneIndex, job, open.frame, this.#inputOf(job, open));
  }

  /** The answer that a stage of this part reads, if another part or lane gave it. */
  #inputOf({ stages }: LaneJob, open: OpenFrame<Result>): Result | undefined {
    for (const stage of stages) {
      const input = stageTable[stage].reads;
      const outcome = input === undefined ? undefined : open.stages.get(input);
      if (outcome?.state === 'ok') return outcome.result;
    }
    return undefined;
  }

  /** Records a stage's outcome. The first one counts: a result that comes after `late` changes nothing. */
  #decide(frameId: number, stage: Task, outcome: StageOutcome<Result>): void {
    const open = this.#open.get(frameId);
    if (open === undefined || open.stages.has(stage)) return;
    open.stages.set(stage, outcome);
    if (outcome.state === 'ok') this.#results.accept?.(open.frame, outcome.result, open.plan.mode);
    const readers = readersOf(stage).filter((reader) => this.#graph.stages.includes(reader));
    if (readers.length === 0) return;
    // Once for all readers: a second offer of the same job would replace the first.
    if (outcome.state === 'ok') this.#offerJobs(frameId, stage);
    else
      for (const reader of readers)
        this.#decide(
          frameId,
          reader,
          outcome.state === 'late' ? { state: 'late' } : { state: 'skipped', reason: 'input' },
        );
  }

  /** Publishes or drops frames, oldest first, up to the first one with an undecided stage. */
  #settle(): void {
    for (const [frameId, { frame, plan, stages }] of this.#open) {
      const dropReason = plan.dropReason ?? this.#whyNothingRan(stages);
      if (dropReason === undefined && stages.size < this.#graph.stages.length) return;
      this.#open.delete(frameId);
      this.#dropsSincePublish.addAll(frame.dropsBefore);
      if (dropReason !== undefined) {
        this.drops.add(dropReason);
        this.#dropsSincePublish.add(dropReason);
        this.#results.drop?.(frame);
      } else {
        this.framesPublished++;
        const drops = this.#dropsSincePublish.take();
        this.#results.publish({ frame, stages, drops, mode: plan.mode }, () => {
          this.#slots.hold(frameId);
          return () => this.#slots.letGo(frameId);
        });
      }
      if (this.#keepsPixels) this.#slots.letGo(frameId);
    }
  }

  /** The drop reason if every stage was skipped: `overtaken` if that was any stage's reason, else `degraded`. */
  #whyNothingRan(stages: OpenFrame<Result>['stages']): string | undefined {
    if (stages.size < this.#graph.stages.length) return undefined;
    let reason: string = dropReasons.degraded;
    for (const outcome of stages.values()) {
      if (outcome.state !== 'skipped') return undefined;
      if (outcome.reason === 'overtaken') reason = dropReasons.overtaken;
    }
    return reason;
  }

  #withdrawDecided(lane: LaneQueue): void {
    const isDecided = ({ frameId, stages }: LaneJob) =>
      stages.every((stage) => this.#open.get(frameId)?.stages.has(stage) ?? true);
    for (const job of lane.withdraw(isDecided)) this.#slots.letGo(job.frameId);
  }
}
