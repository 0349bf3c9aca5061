import { rm } from 'node:fs/promises';
import type { ChannelTopic } from '../../recording/channels.js';
import { type RecordingOptions, RecordingWriter } from '../../recording/recording-writer.js';
import { nextPieceNumber, pieceName } from '../../supervise/interrupted-recording.js';

export interface NumberedOptions extends RecordingOptions {
  /** A file is ended at this size or length; one file, under its own name, when both are left out. */
  splitBytes?: number | undefined;
  splitSeconds?: number | undefined;
  /** Older files are removed once they lie so far back, unless `keep` was called for them. */
  keepSeconds?: number | undefined;
}

/** Files of a ring are this share of what is kept, between two bounds, seconds. */
const ringShare = 1 / 6;
const ringLeastS = 2;
const ringMostS = 60;

interface Finished {
  path: string;
  endNs: bigint;
}

/**
 * One recording in one file, or in numbered files of a bounded size or length, each whole by itself. Numbers go on where
 * an earlier run ended: nothing is overwritten.
 */
export class NumberedRecording {
  readonly #path: string;
  readonly #options: NumberedOptions;
  /** Writes what each file begins with. */
  readonly #begin: (writer: RecordingWriter) => Promise<void>;
  readonly #isNumbered: boolean;
  #number: number;
  #writer: Promise<RecordingWriter>;
  #startNs: bigint | undefined;
  #lastNs = 0n;
  #bytes = 0;
  #isKept = false;
  readonly #ring: Finished[] = [];
  /** Files that are being finished, and removals. */
  #background: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    options: NumberedOptions,
    begin: (writer: RecordingWriter) => Promise<void>,
  ) {
    const { splitBytes, splitSeconds, keepSeconds } = options;
    const ringSeconds =
      keepSeconds && Math.min(ringMostS, Math.max(ringLeastS, keepSeconds * ringShare));
    this.#path = path;
    this.#options = { ...options, splitSeconds: splitSeconds ?? ringSeconds };
    this.#begin = begin;
    this.#isNumbered = splitBytes !== undefined || this.#options.splitSeconds !== undefined;
    this.#number = this.#isNumbered ? nextPieceNumber(path) : 0;
    this.#writer = this.#open();
  }

  /** Rejects with ERR_OUTPUT where the first file cannot be written. */
  static async create(
    path: string,
    options: NumberedOptions,
    begin: (writer: RecordingWriter) => Promise<void>,
  ): Promise<NumberedRecording> {
    const recording = new NumberedRecording(path, options, begin);
    await recording.#writer;
    return recording;
  }

  /** Writes one message; the bytes are borrowed until the promise resolves. */
  async write(topic: ChannelTopic, stampNs: bigint, data: Uint8Array): Promise<void> {
    this.#startNs ??= stampNs;
    if (stampNs > this.#lastNs) this.#lastNs = stampNs;
    if (this.#isFull(stampNs)) this.#next(stampNs);
    this.#bytes += data.length;
    return (await this.#writer).writeEncoded(topic, stampNs, data);
  }

  /** What lies there of the ring now stays, and what is being written. */
  keep(): void {
    this.#ring.length = 0;
    this.#isKept = true;
  }

  async close(): Promise<void> {
    try {
      await (await this.#writer).close();
    } finally {
      await this.#background;
    }
  }

  async leave(): Promise<void> {
    await (await this.#writer.catch(() => undefined))?.leave();
    await this.#background.catch(() => undefined);
  }

  /** Files that are finished stay. */
  async abort(): Promise<void> {
    await (await this.#writer.catch(() => undefined))?.abort();
    await this.#background.catch(() => undefined);
  }

  #isFull(stampNs: bigint): boolean {
    const { splitBytes, splitSeconds } = this.#options;
    if (splitBytes !== undefined && this.#bytes >= splitBytes) return true;
    return splitSeconds !== undefined && stampNs - this.#startNs! >= BigInt(splitSeconds * 1e9);
  }

  #next(stampNs: bigint): void {
    const full = this.#writer;
    const endNs = this.#lastNs;
    const isKept = this.#isKept;
    this.#number++;
    this.#bytes = 0;
    this.#isKept = false;
    this.#startNs = stampNs;
    this.#writer = full.then(() => this.#open());
    this.#background = this.#background.then(async () => {
      const { path } = await full;
      await (await full).close();
      if (!isKept) this.#ring.push({ path, endNs });
      await this.#removeOld(stampNs);
    });
    // `close` rejects with the same error.
    this.#background.catch(() => undefined);
    this.#writer.catch(() => undefined);
  }

  async #removeOld(nowNs: bigint): Promise<void> {
    const { keepSeconds } = this.#options;
    if (keepSeconds === undefined) return;
    const beforeNs = nowNs - BigInt(Math.round(keepSeconds * 1e9));
    while (this.#ring[0] !== undefined && this.#ring[0].endNs < beforeNs)
      await rm(this.#ring.shift()!.path, { force: true });
  }

  async #open(): Promise<RecordingWriter> {
    const path = this.#isNumbered ? pieceName(this.#path, this.#number) : this.#path;
    const writer = await RecordingWriter.create(path, this.#options);
    try {
      await this.#begin(writer);
      return writer;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
}
