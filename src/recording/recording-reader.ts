import { type FileHandle, open } from 'node:fs/promises';
import { MCAP_MAGIC, type TypedMcapRecords } from '@mcap/core';
import { PerceptionError } from '../frame/perception-error.js';
import { readBytes } from './file-bytes.js';
import { loadPiece } from './load-piece.js';
import { mapRecording } from './recording-map.js';
import type { RecordingMap, RecordingPiece } from './recording-piece.js';

/** A message as it was recorded; the bytes belong to whoever gets it. */
export interface RecordedMessage {
  topic: string;
  /** Log time, nanoseconds since the Unix epoch. */
  stampNs: bigint;
  /** Counts the channel's messages from 0 where this project wrote the recording. */
  sequence: number;
  data: Uint8Array;
}

export interface RecordedChannel {
  topic: string;
  /** Full name of the message's schema, such as `foxglove.CompressedImage`. */
  schemaName: string;
  /** `protobuf` in our own recordings. */
  messageEncoding: string;
  /** Messages that the file is known to hold, readable or not; of one cut off, up to the cut. */
  messageCount: number;
}

export interface MessageFilter {
  /** All when left out. */
  topics?: readonly string[];
  /** First and last stamp, both included. */
  startNs?: bigint;
  endNs?: bigint;
}

/**
 * Reads MCAP recordings, ours and others'. A file that was cut off is read up to the cut, and a damaged chunk is
 * passed over; what was lost is counted. Close it when done.
 */
export class RecordingReader {
  readonly path: string;
  readonly sizeBytes: number;
  readonly channels: readonly RecordedChannel[];
  /** Metadata records by name. */
  readonly metadata: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What wrote the file, by its header. */
  readonly library: string;
  /** False where the file was cut off. */
  readonly isComplete: boolean;
  /** Bytes behind the last whole record of a file that was cut off. */
  readonly cutBytes: number;
  /** Earliest and latest log time of all messages, nanoseconds since the Unix epoch; 0 without messages. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly #handle: FileHandle;
  readonly #map: RecordingMap;
  readonly #damaged = new Set<RecordingPiece>();

  private constructor(path: string, handle: FileHandle, sizeBytes: number, map: RecordingMap) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
    this.#map = map;
    this.metadata = map.metadata;
    this.library = map.library;
    this.isComplete = map.isComplete;
    this.cutBytes = map.cutBytes;
    const times = map.pieces.flatMap(({ startNs, endNs }) => [startNs, endNs]).sort(compare);
    this.startNs = times[0] ?? 0n;
    this.endNs = times.at(-1) ?? 0n;
    this.channels = [...map.channels.values()].map((channel) => ({
      topic: channel.topic,
      schemaName: map.schemas.get(channel.schemaId)?.name ?? '',
      messageEncoding: channel.messageEncoding,
      messageCount: map.messageCounts.get(channel.id) ?? 0,
    }));
  }

  /** Opens a recording. Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, or ERR_RECORDING (no MCAP file). */
  static async open(path: string): Promise<RecordingReader> {
    const handle = await open(path).catch((cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'ENOENT' ? `there is no recording ${path}` : `cannot read ${path}: ${cause}`;
      throw new PerceptionError('ERR_SOURCE_MISSING', message, { cause });
    });
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) {
        throw new PerceptionError('ERR_RECORDING', `expected a recording, found a folder: ${path}`);
      }
      if (stats.size === 0) {
        throw new PerceptionError('ERR_SOURCE_EMPTY', `the recording is empty: ${path}`);
      }
      const start = await readBytes(handle, 0, MCAP_MAGIC.length);
      if (!MCAP_MAGIC.every((byte, i) => start[i] === byte)) {
        throw new PerceptionError(
          'ERR_RECORDING',
          `expected an MCAP recording, found other bytes at the start of ${path}`,
        );
      }
      return new RecordingReader(path, handle, stats.size, await mapRecording(handle, stats.size));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Chunks found so far that could not be read: their checksum or contents are wrong. */
  get damagedChunks(): number {
    return this.#damaged.size;
  }

  /** Messages in order of their stamps (of equal ones, in file order), read chunk by chunk. */
  async *messages(filter: MessageFilter = {}): AsyncGenerator<RecordedMessage, void, void> {
    const { topics, startNs = 0n, endNs = 2n ** 64n - 1n } = filter;
    const pieces = this.#map.pieces
      .filter((piece) => piece.startNs <= endNs && piece.endNs >= startNs)
      .sort((a, b) => compare(a.startNs, b.startNs) || a.offsetBytes - b.offsetBytes);
    let waiting: RecordedMessage[] = [];
    let next = 0;
    while (next < pieces.length || waiting.length > 0) {
      // A chunk may hold messages that are older than what waits; all such must be read first.
      if (next < pieces.length && (waiting[0]?.stampNs ?? endNs) >= pieces[next]!.startNs) {
        const loaded = await this.#load(pieces[next++]!);
        const wanted = loaded.filter(
          ({ topic, stampNs }) =>
            stampNs >= startNs && stampNs <= endNs && (topics?.includes(topic) ?? true),
        );
        waiting = [...waiting, ...wanted].sort((a, b) => compare(a.stampNs, b.stampNs));
        continue;
      }
      // Yield all that is older than any chunk to come.
      const limitNs = pieces[next]?.startNs;
      let count = waiting.length;
      if (limitNs !== undefined) {
        count = waiting.findIndex(({ stampNs }) => stampNs >= limitNs);
        if (count < 0) count = waiting.length;
      }
      yield* waiting.splice(0, count);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #load(piece: RecordingPiece): Promise<RecordedMessage[]> {
    const { channels } = this.#map;
    let records: Awaited<ReturnType<typeof loadPiece>>['records'];
    try {
      ({ records } = await loadPiece(this.#handle, piece, channels.values()));
    } catch {
      this.#damaged.add(piece);
      return [];
    }
    return records
      .filter((record): record is TypedMcapRecords['Message'] => record.type === 'Message')
      .map(({ channelId, logTime, sequence, data }) => ({
        topic: channels.get(channelId)?.topic ?? '',
        stampNs: logTime,
        sequence,
        data,
      }));
  }
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
