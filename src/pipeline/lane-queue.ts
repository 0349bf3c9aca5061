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
  /** Every stage is handed over by itself, also one that reads the answer of the stage before it. */
  isApart?: boolean;
}

/** What a lane is handed next. */
export interface LanePart {
  job: LaneJob;
  /** More of the job is still to come: its frame goes on being read after this part. */
  hasRest: boolean;
}

/**
 * What one lane is doing: at most one part of a job runs, the rest of a job that was begun comes before all
 * that waits, and of each planned job at most one waits, the newest. Only what is urgent passes: an urgent
 * stage at the head of a waiting job runs between two parts of older ones, once, so that nothing starves even
 * where the urgent stage alone fills the lane. Knows nothing of threads.
 */
export class LaneQueue {
  isReady = false;
  #running: LaneJob | undefined;
  #begun: LaneJob | undefined;
  readonly #waiting: (LaneJob | undefined)[];
  /** The part before this one was an urgent stage that passed: now it is the turn of what was passed. */
  #hasPassed = false;
  /** False where no stage could pass: then a job is handed over whole. */
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

  /** Starts what is most urgent, else the rest of the job that was begun, else the job of the oldest frame. */
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
    // What an urgent stage leaves behind has not begun: a newer frame may still take its place.
    if (isPassing) this.#waiting[from.jobIndex] = remaining;
    else {
      if (this.#begun === undefined) this.#waiting[from.jobIndex] = undefined;
      this.#begun = remaining;
    }
    this.#running = { ...from, stages: from.stages.slice(0, count) };
    return { job: this.#running, hasRest: remaining !== undefined };
  }

  /** The running part ended, well or not. */
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
   * Urgent stages, the next one, and what reads its answer go over together: a trip to the conducting thread
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
