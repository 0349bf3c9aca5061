import { Worker } from 'node:worker_threads';
import type { Task } from '../bundle/manifest.js';
import { fromPostedError } from '../capture/capture-messages.js';
import { nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { StageOutcome } from './frame-record.js';
import type { LaneCommand, LaneEvent, LaneWorkerData, LoadedStage } from './lane-messages.js';
import type { LaneJob } from './lane-queue.js';
import { RestartLimit } from './restart-limit.js';
import type { StageResult } from './stages/stage-result.js';
import { workerEntry } from './worker-entry.js';

/** A lane that answers nothing for this long on one job hangs, and is ended, milliseconds. */
const defaultTimeoutMs = 30_000;

export interface LaneOptions {
  /** For people: its stages. */
  name: string;
  data: LaneWorkerData;
  timeoutMs?: number;
}

/** What a lane tells its conductor. */
export interface LaneListener {
  stageDone(frameId: number, stage: Task, outcome: StageOutcome<StageResult>): void;
  jobDone(): void;
  /** It takes jobs, for the first time or again. */
  ready(): void;
  /** Its thread is gone; it comes back by itself with `ready`. */
  died(): void;
  /** It will not come back: ERR_LANE after three deaths within a minute, or what hindered its start. */
  failed(error: PerceptionError): void;
}

type Prepare = Extract<LaneCommand, { type: 'prepare' }>;

/** The conducting thread's end of a lane: its worker thread, started anew when it dies. */
export class Lane {
  readonly name: string;
  /** Its networks, once they are loaded and proven; rejects when the lane cannot start. */
  readonly loaded: Promise<LoadedStage[]>;
  /** From the start to the first `ready`, milliseconds. */
  readyMs = 0;
  readonly #options: LaneOptions;
  readonly #listener: LaneListener;
  readonly #startNs = nowNs();
  readonly #deaths = new RestartLimit();
  readonly #watchdog: NodeJS.Timeout;
  #worker: Worker;
  #prepare: Prepare | undefined;
  #resolveLoaded!: (stages: LoadedStage[]) => void;
  #rejectLoaded!: (error: PerceptionError) => void;
  #refusal: PerceptionError | undefined;
  #deathCause: unknown;
  #isBusy = false;
  #isClosing = false;
  #isLoaded = false;
  /** A thread that never came so far would not the next time either. */
  #wasLoaded = false;

  constructor(options: LaneOptions, listener: LaneListener) {
    this.name = options.name;
    this.#options = options;
    this.#listener = listener;
    this.loaded = new Promise((resolve, reject) => {
      this.#resolveLoaded = resolve;
      this.#rejectLoaded = reject;
    });
    // Whoever cares awaits it; a run that fails elsewhere first does not.
    this.loaded.catch(() => {});
    this.#watchdog = setTimeout(() => {
      if (this.#isBusy) this.kill();
    }, options.timeoutMs ?? defaultTimeoutMs);
    this.#watchdog.unref();
    this.#worker = this.#start();
  }

  get restarts(): number {
    return this.#deaths.total;
  }

  /** Tells the lane what frames look like; `ready` follows, now and after every restart. */
  prepare(setup: Omit<Prepare, 'type'>): void {
    this.#prepare = { type: 'prepare', ...setup };
    if (this.#isLoaded) this.#post(this.#prepare);
  }

  run(job: LaneJob, slot: number, input: StageResult | undefined): void {
    this.#isBusy = true;
    this.#watchdog.refresh();
    const { frameId, stages } = job;
    this.#post({ type: 'run', frameId, slot, stages, dispatchNs: nowNs(), input });
  }

  /** Ends the thread in the middle of whatever it does; it is started anew. */
  kill(): void {
    void this.#worker.terminate();
  }

  /** Ends the lane for good: in order when it is idle, at once when it is not. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    clearTimeout(this.#watchdog);
    if (!this.#isLoaded || this.#isBusy) {
      await this.#worker.terminate();
      return;
    }
    const gone = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#post({ type: 'close' });
    await gone;
  }

  #post(command: LaneCommand): void {
    this.#worker.postMessage(command);
  }

  #start(): Worker {
    const { data, name } = this.#options;
    const worker = new Worker(workerEntry('./lane-worker.js', import.meta.url), {
      workerData: data,
      name: `lane ${name}`,
    });
    worker.on('message', (event: LaneEvent) => this.#take(event));
    worker.on('error', (cause) => {
      this.#deathCause = cause;
    });
    worker.on('exit', () => this.#exited());
    return worker;
  }

  #take(event: LaneEvent): void {
    switch (event.type) {
      case 'loaded':
        this.#isLoaded = true;
        this.#wasLoaded = true;
        this.#resolveLoaded(event.stages);
        if (this.#prepare !== undefined) this.#post(this.#prepare);
        break;
      case 'ready':
        if (this.readyMs === 0) this.readyMs = Number(nowNs() - this.#startNs) / 1e6;
        this.#listener.ready();
        break;
      case 'stage':
        this.#watchdog.refresh();
        this.#listener.stageDone(event.frameId, event.stage, event.outcome);
        break;
      case 'done':
        this.#isBusy = false;
        this.#listener.jobDone();
        break;
      case 'refused':
        this.#refusal = fromPostedError(event.error);
    }
  }

  #exited(): void {
    if (this.#isClosing) return;
    this.#isBusy = false;
    this.#isLoaded = false;
    if (this.#refusal !== undefined) {
      this.#fail(this.#refusal);
      return;
    }
    this.#listener.died();
    const isHopeless = this.#deaths.isReachedBy(nowNs());
    if (isHopeless || !this.#wasLoaded) this.#fail(this.#deathError());
    else this.#worker = this.#start();
  }

  #deathError(): PerceptionError {
    const cause = this.#deathCause;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    const times = this.#deaths.total === 1 ? 'once' : `${this.#deaths.total} times`;
    return new PerceptionError(
      'ERR_LANE',
      `lane ${this.name}: expected a thread that lives, found it dead ${times}${reason}`,
      cause === undefined ? {} : { cause },
    );
  }

  #fail(error: PerceptionError): void {
    this.#isClosing = true;
    clearTimeout(this.#watchdog);
    this.#rejectLoaded(error);
    this.#listener.failed(error);
  }
}
