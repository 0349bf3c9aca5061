import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit, type ProcessExit } from '../codec/raw-frame-process.js';
import { elapsedMs, nowNs, startWallClock, wallTimeNs } from '../frame/clock.js';
import type { FrameSource, SourceEnd, SourceFrame, SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { withoutCredentials } from './credentials.js';
import { isExit, type LiveStream, type StreamFrame } from './live-stream.js';
import { LiveTimes } from './live-times.js';

/** Longest wait between two attempts, so that a camera that is back is found within two seconds. */
const longestRetryMs = 1000;
export const usualRetryMs = 100;
export const usualStallMs = 3000;

export interface LiveSourceOptions {
  info: SourceInfo;
  /** Opens the stream; called again after each loss. Aborted when the source is closed meanwhile. */
  start(signal: AbortSignal): Promise<LiveStream>;
  /** For messages: the program's name. */
  program: string;
  /** True if an orderly end of the process is the end of the stream, not a lost device. */
  endsInOrder: boolean;
  /** From a loss to the first attempt, milliseconds; doubled after each failed attempt, up to 1000. 100 when left out. */
  retryMs?: number | undefined;
  /** No frame for this long is a loss, milliseconds; 3000 when left out. The first frame may take 10000. */
  stallMs?: number | undefined;
  notes?: readonly string[];
}

/**
 * Frames of a live device. When its stream ends, stalls or changes, the source is `lost` once; the next read opens it
 * again, retrying until that works, and its frames are then a new segment. Times are those of LiveTimes. Skipped by
 * reason: `partial`, `size`, `undecodable`.
 */
export class LiveSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped: Record<string, number> = {};
  readonly notes: readonly string[];
  readonly #options: LiveSourceOptions;
  readonly #clock = startWallClock();
  readonly #closing = new AbortController();
  readonly #times = new LiveTimes();
  #stream: LiveStream | undefined;
  #isLost = false;
  #hasFrames = false;
  #failedAttempts = 0;
  #segment = 0;
  #nextId = 0;
  #startNs: bigint | undefined;
  #end: SourceEnd | undefined;

  private constructor(options: LiveSourceOptions, stream: LiveStream) {
    this.info = { ...options.info, isLive: true };
    this.notes = options.notes ?? [];
    this.#options = options;
    this.#stream = stream;
  }

  /** Takes over a stream opened for the first time. */
  static open(options: LiveSourceOptions, first: LiveStream): LiveSource {
    return new LiveSource(options, first);
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    // Since when a frame that can be used is waited for.
    let sinceNs = nowNs();
    while (this.#end === undefined) {
      if (this.#stream === undefined) {
        this.#stream = await this.#reopen();
        sinceNs = nowNs();
      }
      if (this.#stream === undefined || this.#end !== undefined) continue;
      const stream = this.#stream;
      const { result: read, stalledMs } = await this.#readInTime(stream, into);
      if (this.#end !== undefined) break;
      let result = read;
      let loss = stalledMs === undefined ? undefined : `no frame for ${stalledMs} ms`;
      if (!isExit(result)) {
        if (result.wrongSize === undefined && result.isDamaged !== true)
          return this.#deliver(result);
        this.#skip(result.isDamaged === true ? 'undecodable' : 'size');
        const mostMs = this.#stallMs();
        if (elapsedMs(sinceNs, nowNs()) < mostMs) continue;
        // Frames come, but none that can be used: nobody would hear of it before the next one that can.
        result = noExit;
        loss = `no frame that can be used for ${mostMs} ms`;
      }
      this.#stream = undefined;
      this.#hasFrames = false;
      await stream.stop();
      if (this.#end !== undefined) break;
      // A partial frame counts as skipped: its id is not used again.
      if (result.partialBytes > 0) this.#skip('partial');
      if (result.code === 0 && this.#options.endsInOrder && loss === undefined) {
        this.#end = { kind: 'ended' };
        break;
      }
      this.#failedAttempts++;
      // Reported once: further failed attempts are no news.
      if (this.#isLost) continue;
      this.#isLost = true;
      return {
        kind: 'lost',
        error: this.#error(loss ?? describeExit(this.#options.program, result)),
      };
    }
    return this.#end;
  }

  async close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    this.#closing.abort();
    await this.#stream?.stop();
  }

  #skip(reason: string): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
    this.#nextId++;
  }

  #deliver({ stamp, coded }: StreamFrame): SourceFrame {
    if (this.#isLost) this.#segment++;
    this.#isLost = false;
    this.#hasFrames = true;
    this.#failedAttempts = 0;
    const { captureTimeNs, timeSource, isTimeRepaired } = this.#times.take(stamp, nowNs());
    this.#startNs ??= captureTimeNs;
    return {
      id: this.#nextId++,
      sourceTimeNs: captureTimeNs - this.#startNs,
      // A stamp comes from the camera: a time of arrival is not one.
      stampNs: timeSource === 'arrival' ? 0n : wallTimeNs(this.#clock, captureTimeNs),
      captureTimeNs,
      timeSource,
      segment: this.#segment,
      ...(isTimeRepaired && { isTimeRepaired }),
      ...(coded !== undefined && { coded }),
    };
  }

  /** `stalledMs`: how long it waited, if no frame came in time. */
  async #readInTime(
    stream: LiveStream,
    into: Uint8Array,
  ): Promise<{ result: StreamFrame | ProcessExit; stalledMs: number | undefined }> {
    const mostMs = this.#stallMs();
    let stalledMs: number | undefined;
    let watchdog: NodeJS.Timeout | undefined;
    const stalled = new Promise<ProcessExit>((resolve) => {
      watchdog = setTimeout(() => {
        stalledMs = mostMs;
        // Resolved here too: a hung driver would leave the read pending for ever.
        void stream.stop().finally(() => resolve(noExit));
      }, mostMs);
    });
    try {
      const result = await Promise.race([stream.read(into), stalled]);
      return { result, stalledMs };
    } finally {
      clearTimeout(watchdog);
    }
  }

  #stallMs(): number {
    const { stallMs = usualStallMs } = this.#options;
    return this.#hasFrames ? stallMs : Math.max(stallMs, firstFrameMs);
  }

  #error(how: string): PerceptionError {
    const { name } = this.info;
    return new PerceptionError('ERR_SOURCE_LOST', withoutCredentials(`${name}: ${how}`));
  }

  /** One attempt, after a wait; undefined if it failed or the source was closed. */
  async #reopen(): Promise<LiveStream | undefined> {
    const { signal } = this.#closing;
    const { retryMs = usualRetryMs, start } = this.#options;
    const waitMs = retryMs * 2 ** Math.min(10, Math.max(0, this.#failedAttempts - 1));
    const mostMs = Math.max(retryMs, longestRetryMs);
    await sleep(Math.min(waitMs, mostMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
    const stream = await start(signal).catch(() => undefined);
    if (stream === undefined) this.#failedAttempts++;
    else if (signal.aborted || !isSameSize(stream, this.info)) {
      // Closed while it started, so that nobody else would stop it; or its picture size is not the lanes'.
      this.#failedAttempts++;
      if (!signal.aborted) this.skipped['size'] = (this.skipped['size'] ?? 0) + 1;
      await stream.stop();
      return undefined;
    }
    this.#times.restart();
    return stream;
  }
}

const firstFrameMs = 10_000;
const noExit: ProcessExit = { code: null, signal: null, lastWords: '', partialBytes: 0 };

const isSameSize = ({ layout }: LiveStream, { layout: known }: SourceInfo): boolean =>
  layout.widthPx === known.widthPx &&
  layout.heightPx === known.heightPx &&
  layout.format === known.format;
