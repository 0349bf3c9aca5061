import type { Task } from '../bundle/manifest.js';
import type { LanePlan } from './stage-graph.js';

/** One run of a lane: some of its stages on one frame. */
export interface LaneJob {
  frameId: number;
  /** Index into the lane's planned jobs. */
  jobIndex: number;
  stages: readonly Task[];
}

/**
 * What one lane is doing: at most one job runs, and of each planned job at most one waits, the newest.
 * Knows nothing of threads.
 */
export class LaneQueue {
  isReady = false;
  #running: LaneJob | undefined;
  readonly #waiting: (LaneJob | undefined)[];

  constructor(readonly plan: LanePlan) {
    this.#waiting = plan.jobs.map(() => undefined);
  }

  get running(): LaneJob | undefined {
    return this.#running;
  }

  /** Queues a job; returns the one that it overtook, if any. */
  offer(job: LaneJob): LaneJob | undefined {
    const overtaken = this.#waiting[job.jobIndex];
    this.#waiting[job.jobIndex] = job;
    return overtaken;
  }

  /** Starts the waiting job of the oldest frame if the lane is free. */
  startNext(): LaneJob | undefined {
    if (!this.isReady || this.#running !== undefined) return undefined;
    let next: LaneJob | undefined;
    for (const job of this.#waiting)
      if (job !== undefined && (next === undefined || job.frameId < next.frameId)) next = job;
    if (next === undefined) return undefined;
    this.#waiting[next.jobIndex] = undefined;
    this.#running = next;
    return next;
  }

  /** The running job ended, well or not. */
  endRunning(): LaneJob | undefined {
    const ended = this.#running;
    this.#running = undefined;
    return ended;
  }

  /** Takes back waiting jobs that nobody needs any more; returns how many there were. */
  withdraw(isUnneeded: (job: LaneJob) => boolean): LaneJob[] {
    const withdrawn: LaneJob[] = [];
    for (const [index, job] of this.#waiting.entries()) {
      if (job === undefined || !isUnneeded(job)) continue;
      this.#waiting[index] = undefined;
      withdrawn.push(job);
    }
    return withdrawn;
  }
}
