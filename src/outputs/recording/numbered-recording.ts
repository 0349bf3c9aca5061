import { rm } from 'node:fs/promises';
import type { ChannelTopic } from '../../recording/channels.js';
import { type RecordingOptions, RecordingWriter } from '../../recording/recording-writer.js';
import { nextPieceNumber, pieceName } from '../../supervise/interrupted-recording.js';

export interface NumberedOptions extends RecordingOptions {
  /** A file is closed at this size or length; one file, under its own name, when both are left out. */
  splitBytes?: number | undefined;
  splitSeconds?: number | undefined;
  /** Files are removed once they are older than this, unless `keep` was called for them. */
  keepSeconds?: number | undefined;
  /** Each file begins with a keyframe, so that all of it can be decoded. */
  hasVideo?: boolean;
}

/** A message at the head of each file. */
export interface LastingMessage {
  topic: ChannelTopic;
  stampNs: bigint;
  data: Uint8Array;
  /** Name of its channel, if not the topic's. */
  name?: string;
}

/** The beginning of each file, so that it can be read alone. */
export interface RecordingHead {
  /** Writes metadata and attachments. */
  describe(writer: RecordingWriter): Promise<void>;
  /** Returns messages to write before the file's first message, which has this stamp. */
  messages(stampNs: bigint): LastingMessage[];
}

/** Without a keyframe, for example if the encoder died, a file is closed at this multiple of its size or length. */
const overlong = 2;

/** A file of a ring lasts this share of `keepSeconds`, between two bounds, seconds. */
const ringShare = 1 / 6;
const ringLeastS = 2;
const ringMostS = 60;

interface Finished {
  path: string;
  endNs: bigint;
}

/**
 * One recording in one file, or in numbered files of a bounded size or length, each complete on its own. Numbers continue
 * after those of an earlier run: nothing is overwritten.
 */
export class NumberedRecording {
  readonly #path: string;
  readonly #options: NumberedOptions;
  readonly #head: RecordingHead;
  readonly #isNumbered: boolean;
  #number: number;
  #writer: Promise<RecordingWriter>;
  #startNs: bigint | undefined;
  #lastNs = 0n;
  #bytes = 0;
  /** Files up to this number are kept; some of them may not be finished yet. */
  #keptUpTo = -1;
  readonly #ring: Finished[] = [];
  readonly #files: string[] = [];
  /** Files being finished, and removals. Never rejects. */
  #background: Promise<void> = Promise.resolve();
  /** Why the first file that could not be finished was not; the later ones are. */
  #fault: unknown;

  private constructor(path: string, options: NumberedOptions, head: RecordingHead) {
    const { splitBytes, splitSeconds, keepSeconds } = options;
    const ringSeconds =
      keepSeconds && Math.min(ringMostS, Math.max(ringLeastS, keepSeconds * ringShare));
    this.#path = path;
    this.#options = { ...options, splitSeconds: splitSeconds ?? ringSeconds };
    this.#head = head;
    this.#isNumbered = splitBytes !== undefined || this.#options.splitSeconds !== undefined;
    this.#number = this.#isNumbered ? nextPieceNumber(path) : 0;
    this.#writer = this.#open(this.#number);
  }

  /** Rejects with ERR_OUTPUT if the first file cannot be written. */
  static async create(
    path: string,
    options: NumberedOptions,
    head: RecordingHead,
  ): Promise<NumberedRecording> {
    const recording = new NumberedRecording(path, options, head);
    await recording.#writer;
    return recording;
  }

  /**
   * Writes one message; the bytes are borrowed until the promise resolves. `name` as RecordingWriter takes it;
   * `isKeyframe` for a video frame that can be decoded alone.
   */
  async write(
    topic: ChannelTopic,
    stampNs: bigint,
    data: Uint8Array,
    name: string = topic,
    isKeyframe = false,
  ): Promise<void> {
    if (stampNs > this.#lastNs) this.#lastNs = stampNs;
    if (this.#startNs !== undefined && this.#mayEnd(stampNs, isKeyframe)) this.#next();
    const writing = this.#writer;
    const first = this.#startNs === undefined ? this.#head.messages(stampNs) : [];
    this.#startNs ??= stampNs;
    this.#bytes += data.length;
    const writer = await writing;
    for (const said of first)
      void writer.writeEncoded(said.topic, said.stampNs, said.data, said.name);
    return writer.writeEncoded(topic, stampNs, data, name);
  }

  /** The files there are, in order; the last one may not be complete yet. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Keeps the current files of the ring, and the one being written. */
  keep(): void {
    this.#ring.length = 0;
    this.#keptUpTo = this.#number;
  }

  async close(): Promise<void> {
    try {
      await (await this.#writer).close();
    } finally {
      await this.#background;
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  async leave(): Promise<void> {
    await (await this.#writer.catch(() => undefined))?.leave();
    await this.#background;
  }

  /** Finished files stay. */
  async abort(): Promise<void> {
    await (await this.#writer.catch(() => undefined))?.abort();
    await this.#background;
  }

  #mayEnd(stampNs: bigint, isKeyframe: boolean): boolean {
    if (isKeyframe || !this.#options.hasVideo) return this.#isFull(stampNs, 1);
    return this.#isFull(stampNs, overlong);
  }

  #isFull(stampNs: bigint, times: number): boolean {
    const { splitBytes, splitSeconds } = this.#options;
    if (splitBytes !== undefined && this.#bytes >= times * splitBytes) return true;
    if (splitSeconds === undefined) return false;
    return stampNs - this.#startNs! >= BigInt(Math.round(times * splitSeconds * 1e9));
  }

  #next(): void {
    const full = this.#writer;
    const endNs = this.#lastNs;
    const number = this.#number++;
    // Several may be full before the disk has opened the first of them.
    const nextNumber = this.#number;
    this.#bytes = 0;
    this.#startNs = undefined;
    this.#writer = full.then(() => this.#open(nextNumber));
    this.#background = this.#background
      .then(async () => {
        const { path } = await full;
        await (await full).close();
        if (number > this.#keptUpTo) this.#ring.push({ path, endNs });
        await this.#removeOld(endNs);
      })
      .catch((error: unknown) => {
        this.#fault ??= error;
      });
    // `write` and `close` reject with the same error.
    this.#writer.catch(() => undefined);
  }

  async #removeOld(nowNs: bigint): Promise<void> {
    const { keepSeconds } = this.#options;
    if (keepSeconds === undefined) return;
    const beforeNs = nowNs - BigInt(Math.round(keepSeconds * 1e9));
    while (this.#ring[0] !== undefined && this.#ring[0].endNs < beforeNs) {
      const { path } = this.#ring.shift()!;
      await rm(path, { force: true });
      this.#files.splice(this.#files.indexOf(path), 1);
    }
  }

  async #open(number: number): Promise<RecordingWriter> {
    const path = this.#isNumbered ? pieceName(this.#path, number) : this.#path;
    const writer = await RecordingWriter.create(path, this.#options);
    try {
      await this.#head.describe(writer);
      this.#files.push(path);
      return writer;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
}
