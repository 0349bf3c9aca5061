import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs, startWallClock, wallTimeNs } from '../frame/clock.js';
import type { FrameSource, SourceEnd, SourceFrame, SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { describeExit, type RawFrameProcess } from './raw-frame-process.js';

export interface LiveSourceOptions {
  info: SourceInfo;
  /** Starts the process that delivers frames; called again after each loss. */
  start(): Promise<RawFrameProcess>;
  /** For messages: the program's name. */
  program: string;
  /** True where an orderly end of the process is the end of the stream, and not a lost device. */
  endsInOrder: boolean;
  /** From a loss to the next attempt, milliseconds. */
  retryMs: number;
}

/**
 * Frames of a process that reads a live device. When the process ends the source is `lost` once; the next read
 * starts it again, as often as it takes. A frame's times are those of its arrival. Skipped by reason: `partial`.
 */
export class LiveSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped: Record<string, number> = {};
  readonly #options: LiveSourceOptions;
  readonly #clock = startWallClock();
  readonly #closing = new AbortController();
  #process: RawFrameProcess | undefined;
  #hasBeenLost = false;
  #nextId = 0;
  #startNs: bigint | undefined;
  #end: SourceEnd | undefined;

  private constructor(options: LiveSourceOptions, process: RawFrameProcess) {
    this.info = { ...options.info, isLive: true };
    this.#options = options;
    this.#process = process;
  }

  /** Starts the process for the first time; rejects as `start` does. */
  static async open(options: LiveSourceOptions): Promise<LiveSource> {
    return new LiveSource(options, await options.start());
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    if (this.#hasBeenLost) await this.#restart();
    const exit = await this.#process?.readFrame(into);
    if (this.#end !== undefined) return this.#end;
    if (exit === undefined) {
      const arrivalNs = nowNs();
      this.#startNs ??= arrivalNs;
      const stampNs = wallTimeNs(this.#clock, arrivalNs);
      return { id: this.#nextId++, sourceTimeNs: arrivalNs - this.#startNs, stampNs };
    }
    if (exit.partialBytes > 0) {
      // A frame that was begun counts: its id stays free.
      this.skipped['partial'] = (this.skipped['partial'] ?? 0) + 1;
      this.#nextId++;
    }
    if (exit.code === 0 && this.#options.endsInOrder) {
      this.#end = { kind: 'ended' };
      return this.#end;
    }
    this.#hasBeenLost = true;
    const message = `${this.info.name}: ${describeExit(this.#options.program, exit)}`;
    return { kind: 'lost', error: new PerceptionError('ERR_SOURCE_LOST', message) };
  }

  async close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    this.#closing.abort();
    await this.#process?.stop();
  }

  async #restart(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#hasBeenLost && !signal.aborted) {
      await sleep(this.#options.retryMs, undefined, { signal }).catch(() => {});
      const process = signal.aborted ? undefined : await this.#options.start().catch(() => {});
      if (process === undefined) continue;
      this.#process = process;
      this.#hasBeenLost = false;
      // Closed while it started: nobody else would stop it.
      if (signal.aborted) await process.stop();
    }
  }
}
