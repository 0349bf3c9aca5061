import { elapsedMs, nowNs } from '../frame/clock.js';
import { PerceptionError } from '../frame/perception-error.js';
import { afterLife, stopSignals } from './after-life.js';
import type { BlackBox } from './black-box.js';
import { describeEnd } from './describe-end.js';
import { Life } from './life.js';
import type { HangBounds } from './progress-watch.js';
import { RecordingKeeper } from './recording-keeper.js';
import { RestartLimit } from './restart-limit.js';
import { openServiceManager, type ServiceManager } from './service-manager.js';

export interface SuperviseOptions {
  /** Starts the pipeline: the program and its arguments. */
  command: readonly [string, ...string[]];
  bounds: HangBounds;
  /** Called with notes for people. */
  note: (text: string) => void;
}

/** The exit code, or the signal by which the supervisor must end too. */
export type SupervisionEnd = number | NodeJS.Signals;

/**
 * Runs a pipeline as a separate process and restarts it when it dies or hangs, until it is done, is asked to end, refuses
 * its set-up, or dies three times within a minute (ERR_RESTARTS). Loads no native code, and decides only by monotonic
 * clocks.
 */
export function supervise(options: SuperviseOptions): Promise<SupervisionEnd> {
  return new Supervision(options).run();
}

class Supervision {
  readonly #options: SuperviseOptions;
  readonly #keeper: RecordingKeeper;
  readonly #deaths = new RestartLimit();
  readonly #manager: ServiceManager = openServiceManager();
  #life: Life | undefined;
  #hasPublished = false;
  /** Progress of the current life: the time of its last result is known to within one look. */
  #framesPublished = 0;
  #lastResultNs = 0n;
  #stopSignal: NodeJS.Signals | undefined;
  #isForced = false;
  #force!: () => void;
  /** Resolves at the second signal. */
  readonly #forced = new Promise<void>((resolve) => {
    this.#force = resolve;
  });

  constructor(options: SuperviseOptions) {
    this.#options = options;
    this.#keeper = new RecordingKeeper(options.note);
  }

  async run(): Promise<SupervisionEnd> {
    const onWindowChange = () => this.#life?.signal('SIGWINCH');
    for (const signal of stopSignals) process.on(signal, this.#onStopSignal);
    process.on('SIGWINCH', onWindowChange);
    try {
      const end = await this.#liveOn();
      // After a second signal an interrupted recording stays as it is, readable.
      if (!this.#isForced) await Promise.race([this.#keeper.finish(), this.#forced]);
      return this.#isForced ? this.#stopSignal! : end;
    } finally {
      for (const signal of stopSignals) process.off(signal, this.#onStopSignal);
      process.off('SIGWINCH', onWindowChange);
      this.#manager.close();
    }
  }

  /** Runs one life after the other, to the end of the last. */
  async #liveOn(): Promise<SupervisionEnd> {
    const { command, bounds, note } = this.#options;
    for (let epoch = 0; ; epoch++) {
      this.#framesPublished = 0;
      this.#life = new Life({ command, epoch, bounds, onLook: (box) => this.#look(box) });
      const end = await this.#life.ended;
      this.#look(end.box);
      this.#keeper.recordsTo(end.box.recordingPath);
      this.#keeper.setAside();
      const decision = afterLife(end, {
        isStopping: this.#stopSignal !== undefined,
        hasPublished: this.#hasPublished,
        deaths: this.#deaths,
        nowNs: nowNs(),
      });
      const what = describeEnd(end);
      if (decision.do === 'restart') {
        note(`${what}; started again as epoch ${epoch + 1}`);
        this.#manager.status(`epoch ${epoch + 1} since ${what}`);
        continue;
      }
      if (decision.because === 'stopped-badly' && !this.#isForced)
        note(`${what}: it did not end in order`);
      if (decision.because === 'too-often') {
        await Promise.race([this.#keeper.finish(), this.#forced]);
        throw new PerceptionError(
          'ERR_RESTARTS',
          `expected a pipeline that lives, found it dead three times within a minute, at last by ${what}`,
        );
      }
      return decision.exit;
    }
  }

  #look({ main, recordingPath }: BlackBox): void {
    if (main.framesPublished === this.#framesPublished) return;
    const isFirst = this.#framesPublished === 0;
    const sinceMs = elapsedMs(this.#lastResultNs, nowNs());
    this.#framesPublished = main.framesPublished;
    this.#lastResultNs = nowNs();
    this.#keeper.recordsTo(recordingPath);
    if (!isFirst) return;
    if (!this.#hasPublished) this.#manager.ready();
    else this.#options.note(`results flow again, ${(sinceMs / 1000).toFixed(1)} s after the last`);
    this.#hasPublished = true;
    // Only now: before, the pipeline needed the processor more.
    void this.#keeper.finish();
  }

  /** The first signal requests a clean end, the second ends everything at once. */
  readonly #onStopSignal = (signal: NodeJS.Signals): void => {
    if (this.#stopSignal === undefined) {
      this.#stopSignal = signal;
      this.#manager.stopping();
      this.#life?.signal(signal);
    } else {
      this.#isForced = true;
      this.#force();
      this.#life?.kill();
    }
  };
}
