import { setTimeout as sleep } from 'node:timers/promises';
import '../inference/no-telemetry.js';
import { Worker } from 'node:worker_threads';
import type { Task } from '../bundle/manifest.js';
import { fromPostedError } from '../capture/capture-messages.js';
import { builtEntry } from '../frame/built-entry.js';
import { elapsedMs, nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import type { StageResult } from '../stages/stage-result.js';
import { RestartLimit } from '../supervise/restart-limit.js';
import { laneWriter } from '../supervise/supervised.js';
import type { StageOutcome } from './frame-record.js';
import type {
  LaneCommand,
  LaneEvent,
  LaneInputs,
  LaneWorkerData,
  LoadedStage,
} from './lane-messages.js';
import type { LaneJob } from './lane-queue.js';

/** A lane that does not answer for this long on one job hangs, milliseconds. */
const defaultTimeoutMs = 30_000;
/** Time that a lane has to end cleanly, milliseconds. */
const closeMs = 2000;

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
  /** For a lane that cameras share: it takes a job of this camera now. */
  free?(): void;
  /** Its thread is gone, for this reason; it is restarted, and `ready` follows. */
  died(cause: string): void;
  /**
   * It will not come back: ERR_LANE if it hangs or died three times within a minute, or the error that stopped its start.
   */
  failed(error: PerceptionError): void;
}

/** A lane as the run of one camera sees it. */
export interface RunLane {
  /** For people: its stages. */
  readonly name: string;
  readonly restarts: number;
  readonly readyMs: number;
  readonly warmUpMs: number;
  /** What preprocesses frames for each stage. */
  readonly preprocessedBy: LaneInputs['preprocessedBy'];
  /** For a lane that cameras share: whether it takes a job now. */
  claim?(): boolean;
  run(job: LaneJob, slot: number, input: StageResult | undefined): void;
  kill(): void;
  close(): Promise<boolean>;
}

type Prepare = Extract<LaneCommand, { type: 'prepare' }>;

/**
 * The conducting thread's end of a lane: runs its worker thread and restarts it when it dies.
 *
 * The thread is never terminated from here. ONNX Runtime's binding brings down the whole process when its thread is ended
 * while a network runs, so a lane always ends itself, between two stages.
 */
export class Lane implements RunLane {
  readonly name: string;
  /** Resolves with its networks once they are loaded and proven; rejects if the lane cannot start. */
  readonly loaded: Promise<LoadedStage[]>;
  /** From the start to the first `ready`, milliseconds. */
  readyMs = 0;
  /** The part of it spent on tables and a first run of each stage. */
  warmUpMs = 0;
  /** Milliseconds of one warm run of each stage; empty if `prepare` did not ask for it. */
  stageMs: Readonly<Partial<Record<Task, number>>> = {};
  /** How frames reach its networks, by camera. */
  inputs: readonly LaneInputs[] = [];
  readonly #options: LaneOptions;
  readonly #listener: LaneListener;
  readonly #startNs = nowNs();
  readonly #deaths = new RestartLimit();
  readonly #watchdog: NodeJS.Timeout;
  #worker: Worker;
  /** Resolves when the current worker is gone. */
  #gone!: Promise<void>;
  #prepare: Prepare | undefined;
  #resolveLoaded!: (stages: LoadedStage[]) => void;
  #rejectLoaded!: (error: PerceptionError) => void;
  #refusal: PerceptionError | undefined;
  #deathCause: unknown;
  #isBusy = false;
  #isClosing = false;
  #isLoaded = false;
  /** A thread that never loaded its networks would not the next time either. */
  #wasLoaded = false;

  constructor(options: LaneOptions, listener: LaneListener) {
    this.name = options.name;
    this.#options = options;
    this.#listener = listener;
    this.loaded = new Promise((resolve, reject) => {
      this.#resolveLoaded = resolve;
      this.#rejectLoaded = reject;
    });
    // Opening the pipeline awaits this, unless it fails elsewhere first.
    this.loaded.catch(() => {});
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#watchdog = setTimeout(() => this.#checkSilence(timeoutMs), timeoutMs);
    this.#watchdog.unref();
    this.#worker = this.#start();
  }

  get preprocessedBy(): LaneInputs['preprocessedBy'] {
    return this.inputs[0]?.preprocessedBy ?? {};
  }

  get restarts(): number {
    return this.#deaths.total;
  }

  /** Tells the lane what frames look like; `ready` follows, now and after every restart. */
  prepare(setup: Omit<Prepare, 'type'>): void {
    this.#prepare = { type: 'prepare', ...setup };
    if (this.#isLoaded) this.#post(this.#prepare);
  }

  /**
   * `camera` is an index into the cameras that the lane was prepared for. One job runs at a time, whichever camera's it
   * is.
   */
  run(job: LaneJob, slot: number, input: StageResult | undefined, camera = 0): void {
    this.#isBusy = true;
    this.#watchdog.refresh();
    const { frameId, stages } = job;
    this.#post({ type: 'run', camera, frameId, slot, stages, dispatchNs: nowNs(), input });
  }

  /** A drill: the thread dies between two stages, in the middle of its job if it has one, and is started again. */
  kill(): void {
    this.#post({ type: 'die' });
  }

  /**
   * Ends the lane for good, after its current stage. Resolves with false if its thread does not end within two seconds:
   * then only the end of the process will end it.
   */
  async close(): Promise<boolean> {
    this.#isClosing = true;
    clearTimeout(this.#watchdog);
    this.#post({ type: 'close' });
    return Promise.race([this.#gone.then(() => true), sleep(closeMs, false, { ref: false })]);
  }

  #post(command: LaneCommand): void {
    this.#worker.postMessage(command);
  }

  #start(): Worker {
    const { data, name } = this.#options;
    const isFirst = this.#deaths.total === 0;
    if (data.blackBox !== undefined) laneWriter(data.blackBox).loading();
    const worker = new Worker(builtEntry('./lane-worker.js', import.meta.url), {
      workerData: isFirst ? data : { ...data, drills: [] },
      name: `lane ${name}`,
    });
    worker.on('message', (event: LaneEvent) => this.#take(event));
    worker.on('error', (cause) => {
      this.#deathCause = cause;
    });
    this.#gone = new Promise((resolve) => {
      worker.on('exit', (exitCode) => {
        resolve();
        this.#exited(exitCode);
      });
    });
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
        if (this.readyMs === 0) this.readyMs = elapsedMs(this.#startNs, nowNs());
        this.warmUpMs = event.warmUpMs;
        this.stageMs = event.stageMs;
        this.inputs = event.inputs;
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

  #exited(exitCode: number): void {
    if (this.#isClosing) return;
    this.#isBusy = false;
    this.#isLoaded = false;
    if (this.#refusal !== undefined) {
      this.#fail(this.#refusal);
      return;
    }
    const cause = this.#deathCause;
    this.#listener.died(
      cause instanceof Error ? cause.message : `its thread ended with ${exitCode}`,
    );
    const isHopeless = this.#deaths.isReachedBy(nowNs());
    if (isHopeless || !this.#wasLoaded) this.#fail(this.#deathError());
    else this.#worker = this.#start();
  }

  #checkSilence(timeoutMs: number): void {
    if (!this.#isBusy) return;
    const message = `lane ${this.name}: expected an answer within ${timeoutMs} ms, found none`;
    this.#fail(new PerceptionError('ERR_LANE', message));
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
