import { MCAP_MAGIC } from '@mcap/core';
import type { ByteSource } from '../../src/recording/byte-source.js';
import { loadPiece } from '../../src/recording/load-piece.js';
import { camerasIn, chosenCameraOf, seenFromCamera } from '../../src/recording/recorded-cameras.js';
import { mapRecording } from '../../src/recording/recording-map.js';
import type { RecordingMap, RecordingPiece } from '../../src/recording/recording-piece.js';
import { type FileOrigin, openBytes, sizeOf } from './byte-files.js';

export interface StoredMessage {
  topic: string;
  schemaName: string;
  stampNs: bigint;
  sequence: number;
  data: Uint8Array;
}

/** Read pieces stay in memory up to this size, bytes. */
const keptBytes = 64 * 2 ** 20;
/** A longer piece is taken for damage. */
const maxPieceBytes = 1024 * 2 ** 20;

/** One recording, read by ranges through its index. */
export class DriveFile {
  readonly name: string;
  readonly map: RecordingMap;
  damagedPieces = 0;
  readonly #file: ByteSource;
  readonly #byStart: readonly RecordingPiece[];
  readonly #byEnd: readonly RecordingPiece[];
  readonly #loaded = new Map<RecordingPiece, Promise<StoredMessage[]>>();

  private constructor(name: string, file: ByteSource, map: RecordingMap) {
    this.name = name;
    this.#file = file;
    this.map = map;
    this.#byStart = [...map.pieces].sort((a, b) => compare(a.startNs, b.startNs));
    this.#byEnd = [...map.pieces].sort((a, b) => compare(b.endNs, a.endNs));
  }

  /** Rejects with an Error whose message says what was expected and found. */
  static async open(origin: FileOrigin): Promise<DriveFile> {
    const sizeBytes = sizeOf(origin);
    if (sizeBytes === 0) throw new Error(`${origin.name} is empty: expected an MCAP recording`);
    const file = openBytes(origin);
    const start = await file.read(0, MCAP_MAGIC.length);
    if (!MCAP_MAGIC.every((byte, i) => start[i] === byte))
      throw new Error(`${origin.name}: expected an MCAP recording, found other bytes at its start`);
    const map = oneCameraOf(await mapRecording(file), origin.name);
    if (map.pieces.length === 0)
      throw new Error(`${origin.name}: expected messages, found none that can be read`);
    return new DriveFile(origin.name, file, map);
  }

  /** Channels of a schema, by topic, with how many messages they hold. */
  channels(): { topic: string; schemaName: string; messageCount: number }[] {
    return [...this.map.channels.values()].map(({ id, topic, schemaId, messageEncoding }) => ({
      topic,
      schemaName:
        messageEncoding === 'protobuf' ? (this.map.schemas.get(schemaId)?.name ?? '') : '',
      messageCount: this.map.messageCounts.get(id) ?? 0,
    }));
  }

  get pieces(): readonly RecordingPiece[] {
    return this.#byStart;
  }

  /** The first message of a topic after a time, or undefined. */
  async next(topic: string, afterNs: bigint): Promise<StoredMessage | undefined> {
    let best: StoredMessage | undefined;
    for (const piece of this.#byStart) {
      if (piece.endNs <= afterNs) continue;
      if (best !== undefined && piece.startNs >= best.stampNs) break;
      for (const message of await this.messagesIn(piece)) {
        if (message.topic !== topic || message.stampNs <= afterNs) continue;
        if (best === undefined || message.stampNs < best.stampNs) best = message;
      }
    }
    return best;
  }

  /** The last message of a topic before a time, or undefined. */
  async previous(topic: string, beforeNs: bigint): Promise<StoredMessage | undefined> {
    let best: StoredMessage | undefined;
    for (const piece of this.#byEnd) {
      if (piece.startNs >= beforeNs) continue;
      if (best !== undefined && piece.endNs <= best.stampNs) break;
      for (const message of await this.messagesIn(piece)) {
        if (message.topic !== topic || message.stampNs >= beforeNs) continue;
        if (best === undefined || message.stampNs > best.stampNs) best = message;
      }
    }
    return best;
  }

  /** The message of a topic at exactly this time, or undefined. */
  async at(topic: string, stampNs: bigint): Promise<StoredMessage | undefined> {
    for (const piece of this.#byStart) {
      if (piece.startNs > stampNs) break;
      if (piece.endNs < stampNs) continue;
      const messages = await this.messagesIn(piece);
      const found = messages.find(
        (message) => message.topic === topic && message.stampNs === stampNs,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A piece's messages; none where it is damaged, which is counted. */
  messagesIn(piece: RecordingPiece): Promise<StoredMessage[]> {
    const known = this.#loaded.get(piece);
    const loading = known ?? this.#load(piece);
    this.#loaded.delete(piece);
    this.#loaded.set(piece, loading);
    let bytes = 0;
    for (const other of [...this.#loaded.keys()].reverse()) {
      bytes += other.lengthBytes;
      if (bytes > keptBytes && other !== piece) this.#loaded.delete(other);
    }
    return loading;
  }

  async #load(piece: RecordingPiece): Promise<StoredMessage[]> {
    try {
      if (piece.lengthBytes > maxPieceBytes) throw new Error('too long');
      const { messages } = await loadPiece(this.#file, piece);
      return messages.map(({ channelId, stampNs, sequence, data }) => {
        const channel = this.map.channels.get(channelId);
        const schemaName = this.map.schemas.get(channel?.schemaId ?? 0)?.name ?? '';
        return { topic: channel?.topic ?? '', schemaName, stampNs, sequence, data };
      });
    } catch {
      this.damagedPieces++;
      return [];
    }
  }
}

/** Of a recording of several cameras the one that its name names (`two.mcap#rear`), or the first. */
function oneCameraOf(map: RecordingMap, name: string): RecordingMap {
  const cameras = camerasIn([...map.channels.values()].map(({ topic }) => topic));
  const camera = chosenCameraOf(name).camera ?? cameras[0];
  return camera === undefined ? map : seenFromCamera(map, camera, name);
}

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
