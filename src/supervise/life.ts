import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { nowNs } from '../frame/clock.js';
import { type BlackBox, openBlackBox, readBlackBox } from './black-box.js';
import { type Hang, type HangBounds, ProgressWatch } from './progress-watch.js';
import { supervisedVariable } from './supervised.js';
import { readyMs } from './thread-times.js';

/** How often the black box is read, milliseconds. */
const lookMs = 50;
/** The black box is handed down as this descriptor. */
const childFd = 3;

export interface LifeOptions {
  /** The program and its arguments. */
  command: readonly [string, ...string[]];
  epoch: number;
  bounds: HangBounds;
  /** Called at each look. */
  onLook?: (box: BlackBox) => void;
}

/** How a life ended. */
export interface LifeEnd {
  /** The exit code, or the signal that ended it. */
  exit: number | NodeJS.Signals;
  /** Set if it was ended because it hung. */
  hang: Hang | undefined;
  /** Its last known state. */
  box: BlackBox;
}

/** One life of the pipeline: its process from start to end, watched. */
export class Life {
  /** Resolves when the process is gone and every process that it started was killed; rejects if it cannot be started. */
  readonly ended: Promise<LifeEnd>;
  readonly #child: ChildProcess;
  readonly #boxFd: number;
  readonly #watch: ProgressWatch;
  #box: BlackBox = {
    main: { step: 0, threadId: 0, state: 'starting', framesPublished: 0, frameId: -1 },
    lanes: [],
    recordingPath: '',
  };
  #hang: Hang | undefined;

  constructor({ command: [program, ...args], epoch, bounds, onLook }: LifeOptions) {
    this.#watch = new ProgressWatch(bounds, readyMs);
    this.#boxFd = openBlackBox();
    this.#child = spawn(program, args, {
      stdio: ['inherit', 'inherit', 'inherit', this.#boxFd],
      // Its own process group: its children (ffmpeg, GStreamer) end with it, and a Ctrl-C is passed on from here, once.
      detached: true,
      env: { ...process.env, [supervisedVariable]: `${childFd}:${epoch}:${process.pid}` },
    });
    const timer = setInterval(() => {
      this.#look();
      onLook?.(this.#box);
    }, lookMs);
    this.ended = new Promise<LifeEnd>((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        this.#killGroup();
        this.#box = readBlackBox(this.#boxFd) ?? this.#box;
        resolve({ exit: signal ?? code ?? 0, hang: this.#hang, box: this.#box });
      });
    }).finally(() => {
      clearInterval(timer);
      closeSync(this.#boxFd);
    });
  }

  /** Passes a signal on to the pipeline. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Kills the pipeline and all processes that it started, at once; none can refuse, not even a stopped one. */
  kill(): void {
    this.#killGroup();
  }

  #look(): void {
    this.#box = readBlackBox(this.#boxFd) ?? this.#box;
    if (this.#hang !== undefined) return;
    const { main } = this.#box;
    // Before its first sign of life: the main thread's id is that of its process.
    const box =
      main.threadId > 0
        ? this.#box
        : { ...this.#box, main: { ...main, threadId: this.#child.pid ?? 0 } };
    this.#hang = this.#watch.look(box, nowNs());
    if (this.#hang !== undefined) this.kill();
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // The group is empty.
    }
  }
}
