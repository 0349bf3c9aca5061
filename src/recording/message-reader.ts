import { MCAP_MAGIC } from '@mcap/core';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';
import type { ByteSource } from './byte-source.js';
import type { CopiedChannel } from './copied-channel.js';
import { type LoadedPiece, loadPiece } from './load-piece.js';
import { MessageHeap } from './message-heap.js';
import { seenFromCamera } from './recorded-cameras.js';
import { type MapOptions, mapRecording } from './recording-map.js';
import type { RecordedMessage, RecordingMap, RecordingPiece } from './recording-piece.js';

export interface RecordedChannel {
  /** Several channels may share a topic: publishers that restarted, or that write different schemas. */
  id: number;
  topic: string;
  /** Full name of the message's schema, such as `foxglove.CompressedImage`. */
  schemaName: string;
  /** `protobuf` in our own recordings. */
  messageEncoding: string;
  /** Messages that the file is known to hold, readable or not; in a file that was cut off, up to the cut. */
  messageCount: number;
}

/** The bytes of a recording, wherever they are stored. */
export interface RecordedBytes extends ByteSource {
  /** Names the recording in errors. */
  readonly path: string;
  close(): Promise<void>;
}

export interface MessageFilter {
  /** All by default. */
  topics?: readonly string[];
  /** Ids of channels, in place of topics. */
  channelIds?: readonly number[];
  /** First and last stamp, both included. */
  startNs?: bigint;
  endNs?: bigint;
}

/** Messages of chunks that overlap in time wait in memory for each other, up to this size; beyond it, order may break. */
const maxWaitingBytes = 256 * 1024 * 1024;

/**
 * Reads the messages of an MCAP recording, in Node (RecordingReader) and in the browser. A file that was cut off is read up
 * to the cut, and damaged chunks are skipped; what was lost is counted. Close it when done.
 */
export class MessageReader {
  readonly path: string;
  readonly sizeBytes: number;
  readonly channels: readonly RecordedChannel[];
  /** Metadata records by name. */
  readonly metadata: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The library that wrote the file, from its header. */
  readonly library: string;
  /** False if the file was cut off. */
  readonly isComplete: boolean;
  /** Bytes after the last complete record of a file that was cut off. */
  readonly cutBytes: number;
  /** Earliest and latest log time of all messages, nanoseconds since the Unix epoch; 0 without messages. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly #file: RecordedBytes;
  readonly #map: RecordingMap;
  readonly #byStart: readonly RecordingPiece[];
  readonly #byEnd: readonly RecordingPiece[];
  readonly #damaged = new Set<RecordingPiece>();
  readonly #keptBytes: number;
  readonly #kept = new Map<RecordingPiece, Promise<LoadedPiece | undefined>>();

  /** `keptBytes`: size of the cache of pieces, for repeated reads. */
  protected constructor(file: RecordedBytes, map: RecordingMap, keptBytes = 0) {
    this.#keptBytes = keptBytes;
    this.#byStart = [...map.pieces].sort(
      (a, b) => compare(a.startNs, b.startNs) || a.offsetBytes - b.offsetBytes,
    );
    this.#byEnd = [...map.pieces].sort((a, b) => compare(b.endNs, a.endNs));
    this.path = file.path;
    this.sizeBytes = file.sizeBytes;
    this.#file = file;
    this.#map = map;
    this.metadata = map.metadata;
    this.library = map.library;
    this.isComplete = map.isComplete;
    this.cutBytes = map.cutBytes;
    this.startNs = this.#byStart[0]?.startNs ?? 0n;
    this.endNs = this.#byEnd[0]?.endNs ?? 0n;
    this.channels = [...map.channels.values()].map((channel) => ({
      id: channel.id,
      topic: channel.topic,
      schemaName: map.schemas.get(channel.schemaId)?.name ?? '',
      messageEncoding: channel.messageEncoding,
      messageCount: map.messageCounts.get(channel.id) ?? 0,
    }));
  }

  /** Describes a channel for a copy; undefined for an id that the recording does not have. */
  describe(channelId: number): CopiedChannel | undefined {
    const channel = this.#map.channels.get(channelId);
    if (channel === undefined) return undefined;
    const { topic, messageEncoding, schemaId } = channel;
    const schema = this.#map.schemas.get(schemaId);
    const described = schema && { name: schema.name, encoding: schema.encoding, data: schema.data };
    return { topic, messageEncoding, schema: described };
  }

  /** Number of chunks found so far that could not be read: their checksum or contents are wrong. */
  get damagedChunks(): number {
    return this.#damaged.size;
  }

  /** Yields messages in order of their stamps (in file order if equal), read chunk by chunk. */
  async *messages(filter: MessageFilter = {}): AsyncGenerator<RecordedMessage, void, void> {
    const { startNs = 0n, endNs = 2n ** 64n - 1n } = filter;
    const pieces = this.#byStart
      .filter((piece) => piece.startNs <= endNs && piece.endNs >= startNs)
      .filter((piece) => this.#mayHold(piece, filter));
    const waiting = new MessageHeap();
    let next = 0;
    while (next < pieces.length || waiting.length > 0) {
      // A chunk may hold older messages than those that wait; all such chunks must be read first.
      const isDue = next < pieces.length && (waiting.firstNs ?? endNs) >= pieces[next]!.startNs;
      if (isDue && waiting.sizeBytes < maxWaitingBytes) {
        for (const message of await this.#load(pieces[next++]!, filter)) waiting.push(message);
      } else if (waiting.length > 0) yield waiting.pop();
    }
  }

  /** The last wanted message of these channels before a stamp; reads backwards, and no more than necessary. */
  async lastBefore(
    channelIds: readonly number[],
    stampNs: bigint,
    isWanted: (message: RecordedMessage) => boolean = () => true,
  ): Promise<RecordedMessage | undefined> {
    const filter = { channelIds, endNs: stampNs - 1n };
    let newest: RecordedMessage | undefined;
    for (const piece of this.#byEnd) {
      if (newest !== undefined && piece.endNs < newest.stampNs) break;
      if (piece.startNs >= stampNs || !this.#mayHold(piece, filter)) continue;
      for (const message of await this.#load(piece, filter))
        if ((newest === undefined || message.stampNs >= newest.stampNs) && isWanted(message))
          newest = message;
    }
    return newest;
  }

  /** Counts the messages of these channels before a stamp: from the index if possible, else by reading the piece. */
  async countBefore(channelIds: readonly number[], stampNs: bigint): Promise<number> {
    let count = 0;
    for (const piece of this.#map.pieces) {
      if (piece.startNs >= stampNs || !this.#mayHold(piece, { channelIds })) continue;
      const { messageCounts, endNs } = piece;
      if (messageCounts !== undefined && endNs < stampNs)
        for (const id of channelIds) count += messageCounts.get(id) ?? 0;
      else count += (await this.#load(piece, { channelIds, endNs: stampNs - 1n })).length;
    }
    return count;
  }

  /** Yields all messages, piece by piece in the order of their starts, with the share of the pieces that were read. */
  async *scan(): AsyncGenerator<{ messages: RecordedMessage[]; share: number }, void, void> {
    for (const [index, piece] of this.#byStart.entries())
      yield { messages: await this.#load(piece, {}), share: (index + 1) / this.#byStart.length };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** False if the index says that a piece has no message of the requested channels. */
  #mayHold({ messageCounts }: RecordingPiece, { topics, channelIds }: MessageFilter): boolean {
    if (messageCounts === undefined) return true;
    for (const [id, count] of messageCounts) {
      if (count === 0 || channelIds?.includes(id) === false) continue;
      if (topics === undefined || topics.includes(this.#map.channels.get(id)?.topic ?? ''))
        return true;
    }
    return false;
  }

  async #load(
    piece: RecordingPiece,
    { topics, channelIds, startNs = 0n, endNs = 2n ** 64n - 1n }: MessageFilter,
  ): Promise<RecordedMessage[]> {
    const { channels } = this.#map;
    const loaded = await this.#pieceOf(piece);
    if (loaded === undefined) return [];
    const messages: RecordedMessage[] = [];
    for (const { channelId, sequence, stampNs, data } of loaded.messages) {
      const topic = channels.get(channelId)?.topic;
      if (topic === undefined || stampNs < startNs || stampNs > endNs) continue;
      if (channelIds?.includes(channelId) === false || topics?.includes(topic) === false) continue;
      messages.push({ channelId, topic, stampNs, sequence, data: data.slice() });
    }
    return messages;
  }

  /** Loads a piece; undefined if it is damaged, which is counted. */
  #pieceOf(piece: RecordingPiece): Promise<LoadedPiece | undefined> {
    const known = this.#kept.get(piece);
    const loading =
      known ??
      loadPiece(this.#file, piece).catch((error) => {
        // The store failed; the chunk may be intact.
        if (hasErrorCode(error)) throw error;
        this.#damaged.add(piece);
        return undefined;
      });
    if (this.#keptBytes === 0) return loading;
    this.#kept.delete(piece);
    this.#kept.set(piece, loading);
    // What failed is read again.
    loading.catch(() => this.#kept.get(piece) === loading && this.#kept.delete(piece));
    let bytes = 0;
    for (const other of [...this.#kept.keys()].reverse()) {
      bytes += other.lengthBytes;
      if (bytes > this.#keptBytes && other !== piece) this.#kept.delete(other);
    }
    return loading;
  }
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Maps a recording; if `cameraOf` names a camera, as if that were the only one in it. Rejects with ERR_RECORDING (not an
 * MCAP file, no such camera), and closes the file then.
 */
export async function mapMessages(
  file: RecordedBytes,
  options: MapOptions,
  cameraOf: (map: RecordingMap) => string | undefined,
): Promise<RecordingMap> {
  try {
    const start = await file.read(0, MCAP_MAGIC.length);
    if (!MCAP_MAGIC.every((byte, i) => start[i] === byte)) {
      throw new PerceptionError(
        'ERR_RECORDING',
        `expected an MCAP recording, found other bytes at the start of ${file.path}`,
      );
    }
    const map = await mapRecording(file, options);
    const camera = cameraOf(map);
    return camera === undefined ? map : seenFromCamera(map, camera, file.path);
  } catch (error) {
    await file.close();
    throw error;
  }
}
