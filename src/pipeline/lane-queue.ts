import type { Task } from '../bundle/manifest.js';
import { stageTable } from '../stages/stage-table.js';
import type { LanePlan } from './stage-graph.js';

/** One run of a lane: some of its stages on one frame. */
export interface LaneJob {
  frameId: number;
  /** Index into the lane's planned jobs. */
  jobIndex: number;
  /** In the lane's order of priority. */
  stages: readonly Task[];
  /** Each stage is handed over separately, even one that reads the answer of the stage before it. */
  isApart?: boolean;
}

/** The part of a job that a lane runs next. */
export interface LanePart {
  job: LaneJob;
  /** More of the job is to come: its frame is still read after this part. */
  hasRest: boolean;
}

/**
 * The work of one lane: at most one part of a job runs, the rest of a begun job comes before all waiting jobs, and at
 * most one job waits for each planned job, the newest. Only urgent stages pass: an urgent stage at the head of a waiting
 * job runs between two parts of older jobs, once, so that nothing starves even if the urgent stage alone fills the lane.
 * Knows nothing of threads.
 */
export class LaneQueue {
  isReady = false;
  #running: LaneJob | undefined;
  #begun: LaneJob | undefined;
  readonly #waiting: (LaneJob | undefined)[];
  /** The previous part was an urgent stage that passed: now the job that it passed has its turn. */
  #hasPassed = false;
  /** False if no stage can pass: then a job is handed over in one piece. */
  readonly #letsPass: boolean;

  constructor(readonly plan: LanePlan) {
    this.#waiting = plan.jobs.map(() => undefined);
    this.#letsPass = plan.jobs.some((job) => urgentHead(job) > 0);
  }

  get running(): LaneJob | undefined {
    return this.#running;
  }

  /** Whether `startNext` has something to start. */
  get canStart(): boolean {
    if (!this.isReady || this.#running !== undefined) return false;
    return this.#begun !== undefined || this.#waiting.some((job) => job !== undefined);
  }

  /** Queues a job; returns the one that it overtook, if any. */
  offer(job: LaneJob): LaneJob | undefined {
    const overtaken = this.#waiting[job.jobIndex];
    this.#waiting[job.jobIndex] = job;
    return overtaken;
  }

  /** Starts an urgent stage that may pass, else the rest of the begun job, else the job of the oldest frame. */
  startNext(): LanePart | undefined {
    if (!this.canStart) return undefined;
    const next = this.#begun ?? this.#oldestWaiting()!;
    const urgent = this.#waiting.find((job) => job !== undefined && urgentHead(job) > 0);
    const isPassing = urgent !== undefined && urgent !== next && !this.#hasPassed;
    const from = isPassing ? urgent : next;
    this.#hasPassed = isPassing;
    const count = isPassing ? urgentHead(from) : this.#partLength(from);
    const rest = from.stages.slice(count);
    const remaining = rest.length === 0 ? undefined : { ...from, stages: rest };
    // The rest of the urgent stage's job has not begun: a newer frame may still replace it.
    if (isPassing) this.#waiting[from.jobIndex] = remaining;
    else {
      if (this.#begun === undefined) this.#waiting[from.jobIndex] = undefined;
      this.#begun = remaining;
    }
    this.#running = { ...from, stages: from.stages.slice(0, count) };
    return { job: this.#running, hasRest: remaining !== undefined };
  }

  /** Ends the running part, whether or not it succeeded, and returns it. */
  endRunning(): LaneJob | undefined {
    const ended = this.#running;
    this.#running = undefined;
    return ended;
  }

  /** Takes back jobs that nobody needs any more, waiting or begun; not the part that runs. */
  withdraw(isUnneeded: (job: LaneJob) => boolean): LaneJob[] {
    const withdrawn = this.#waiting.filter((job) => job !== undefined && isUnneeded(job));
    for (const job of withdrawn) this.#waiting[job!.jobIndex] = undefined;
    if (this.#begun !== undefined && isUnneeded(this.#begun)) {
      withdrawn.push(this.#begun);
      this.#begun = undefined;
    }
    return withdrawn as LaneJob[];
  }

  /** Takes back the rest of the job that was begun, if there is any. */
  takeBegun(): LaneJob | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun;
  }

  #oldestWaiting(): LaneJob | undefined {
    let oldest: LaneJob | undefined;
    for (const job of this.#waiting)
      if (job !== undefined && (oldest === undefined || job.frameId < oldest.frameId)) oldest = job;
    return oldest;
  }
  /**
   * Urgent stages, the next stage and the readers of its answer are handed over together: a trip to the conducting thread
   * costs more than what could pass in between.
   */
  #partLength(job: LaneJob): number {
    const { stages, isApart = false } = job;
    if (!this.#letsPass && !isApart) return stages.length;
    const head = urgentHead(job);
    let length = Math.min(head + 1, stages.length);
    while (!isApart && length < stages.length) {
      const input = stageTable[stages[length]!].reads;
      if (input === undefined || !stages.slice(head, length).includes(input)) break;
      length++;
    }
    return length;
  }
}

/** How many stages at the head of a job are urgent. */
function urgentHead({ stages }: { stages: readonly Task[] }): number {
  const first = stages.findIndex((stage) => !stageTable[stage].passes);
  return first < 0 ? stages.length : first;
}
