import type { ByteSource } from './byte-source.js';
import { countInDamaged, loadPiece, maxChunkBytes, parsePiece } from './load-piece.js';
import {
  leastMessageBytes,
  opcodes,
  prefixBytes,
  readChannel,
  readHeader,
  readMessageIndex,
  readMetadata,
  readSchema,
  readStatistics,
  recordLength,
} from './mcap-records.js';
import type { RecordingMap, RecordingPiece } from './recording-piece.js';

const magicBytes = 8;
/** Start, end, sizes and checksum of a chunk, before the name of its compression. */
const chunkTimesBytes = 28;
/** Bare messages are grouped into pieces of about this size. */
const pieceBytes = 1024 * 1024;
/** Largest plausible record that describes others; a longer one is damage. */
const maxDescriptionBytes = 64 * 1024 * 1024;

/**
 * Maps a recording that has no usable index by walking through its records from the start to the end, or to the
 * first place that cannot be a record. Messages are counted as they are found. The complete messages of an uncompressed
 * chunk that was cut off are kept.
 */
export async function walkRecording(file: ByteSource): Promise<RecordingMap> {
  const map: RecordingMap = {
    library: '',
    channels: new Map(),
    schemas: new Map(),
    metadata: new Map(),
    pieces: [],
    messageCounts: new Map(),
    isComplete: false,
    cutBytes: 0,
  };
  await new Walk(file, map).run();
  return map;
}

class Walk {
  readonly #file: ByteSource;
  readonly #map: RecordingMap;
  /** Set if the previous chunk could not be read: the index after it tells how many messages it had. */
  #damaged: { seen: Map<number, number>; indexed: Map<number, number> } | undefined;
  /** Uncompressed bytes that the unreadable chunks may have held, which limits their messages. */
  #hiddenBytes = 0;

  constructor(file: ByteSource, map: RecordingMap) {
    this.#file = file;
    this.#map = map;
  }

  async run(): Promise<void> {
    const { sizeBytes } = this.#file;
    const map = this.#map;
    let offset = magicBytes;
    let isInSummary = false;
    while (offset + prefixBytes <= sizeBytes && !map.isComplete) {
      const prefix = await this.#file.read(offset, prefixBytes);
      const opcode = prefix[0]!;
      const endOffset = offset + prefixBytes + recordLength(prefix, 0);
      if (opcode !== opcodes.messageIndex) this.#countDamaged();
      if (opcode === opcodes.chunk) await this.#takeChunk(offset, endOffset);
      if (opcode === 0 || endOffset > sizeBytes) break;
      if (opcode === opcodes.message) await this.#takeMessage(offset, endOffset);
      isInSummary ||= opcode === opcodes.dataEnd;
      if (descriptions.has(opcode) && endOffset - offset <= maxDescriptionBytes) {
        const start = offset + prefixBytes;
        this.#describe(opcode, await this.#file.read(start, endOffset - start), isInSummary);
      }
      map.isComplete = opcode === opcodes.footer && endOffset + magicBytes <= sizeBytes;
      offset = endOffset;
    }
    this.#countDamaged();
    if (!map.isComplete) map.cutBytes = Math.max(0, sizeBytes - offset);
  }

  /** Skips a damaged description: another one may have the same content. */
  #describe(opcode: number, content: Uint8Array, isInSummary: boolean): void {
    const map = this.#map;
    try {
      if (opcode === opcodes.messageIndex) {
        const { channelId, count } = readMessageIndex(content);
        if (this.#damaged !== undefined) add(this.#damaged.indexed, channelId, count);
      } else if (opcode === opcodes.schema) {
        const schema = readSchema(content);
        if (!isInSummary || !map.schemas.has(schema.id)) map.schemas.set(schema.id, schema);
      } else if (opcode === opcodes.channel) {
        const channel = readChannel(content);
        if (!isInSummary || !map.channels.has(channel.id)) map.channels.set(channel.id, channel);
      } else if (opcode === opcodes.metadata) {
        const { name, entries } = readMetadata(content);
        map.metadata.set(name, Object.fromEntries(entries));
      } else if (opcode === opcodes.statistics) this.#addHidden(content);
      else map.library = readHeader(content).library;
    } catch {
      // Its fields do not fit into the record.
    }
  }

  /** Adds messages that the statistics count but that were not found, if the unreadable chunks have room for them. */
  #addHidden(content: Uint8Array): void {
    const { messageCounts } = this.#map;
    const { channelMessageCounts } = readStatistics(content);
    const missing = [...channelMessageCounts].map(
      ([id, count]) => [id, Math.max(0, count - (messageCounts.get(id) ?? 0))] as const,
    );
    const total = missing.reduce((sum, [, count]) => sum + count, 0);
    if (total * leastMessageBytes > this.#hiddenBytes) return;
    for (const [id, count] of missing) add(messageCounts, id, count);
  }

  /** Reads a chunk, because channels may be defined only inside chunks. */
  async #takeChunk(offset: number, endOffset: number): Promise<void> {
    const piece = await this.#chunkPiece(offset, endOffset);
    if (piece === undefined) return;
    this.#map.pieces.push(piece);
    const loaded = await loadPiece(this.#file, piece).catch(() => undefined);
    if (loaded === undefined) {
      const seen = await countInDamaged(this.#file, piece);
      this.#damaged = { seen, indexed: new Map() };
      const head = await this.#file.read(offset + prefixBytes, chunkTimesBytes);
      if (head.length === chunkTimesBytes)
        this.#hiddenBytes += Math.min(maxChunkBytes, Number(viewOf(head).getBigUint64(16, true)));
      return;
    }
    for (const schema of loaded.schemas) this.#map.schemas.set(schema.id, schema);
    for (const channel of loaded.channels) this.#map.channels.set(channel.id, channel);
    for (const { channelId } of loaded.messages) add(this.#map.messageCounts, channelId, 1);
    // A message that was cut in two counts as missing if its channel can still be read.
    const { rest } = loaded;
    if (rest[0] === opcodes.message && rest.length >= prefixBytes + 2)
      add(this.#map.messageCounts, viewOf(rest).getUint16(prefixBytes, true), 1);
  }

  #countDamaged(): void {
    if (this.#damaged === undefined) return;
    const { seen, indexed } = this.#damaged;
    for (const id of new Set([...seen.keys(), ...indexed.keys()]))
      add(this.#map.messageCounts, id, indexed.get(id) ?? seen.get(id)!);
    this.#damaged = undefined;
  }

  /** Undefined if the chunk is cut off and nothing in it can be read: too early, or inside compressed data. */
  async #chunkPiece(offset: number, endOffset: number): Promise<RecordingPiece | undefined> {
    const { sizeBytes } = this.#file;
    const headOffset = offset + prefixBytes;
    const head = viewOf(await this.#file.read(headOffset, chunkTimesBytes + 4));
    if (head.byteLength < chunkTimesBytes + 4) return undefined;
    const times = { startNs: head.getBigUint64(0, true), endNs: head.getBigUint64(8, true) };
    const nameBytes = head.getUint32(chunkTimesBytes, true);
    if (endOffset <= sizeBytes) {
      const lengthBytes = endOffset - offset;
      return { kind: 'chunk', offsetBytes: offset, lengthBytes, ...times };
    }
    const recordsOffset = headOffset + chunkTimesBytes + 4 + nameBytes + 8;
    if (nameBytes !== 0 || recordsOffset >= sizeBytes) return undefined;
    const lengthBytes = Math.min(sizeBytes - recordsOffset, maxChunkBytes);
    const records = await this.#file.read(recordsOffset, lengthBytes);
    // The header of a chunk that was cut off may have wrong times: those of its messages count.
    const stamps = tryParse(records).map(({ stampNs }) => stampNs);
    const cutTimes = stamps.length === 0 ? times : span(stamps);
    return { kind: 'records', offsetBytes: recordsOffset, lengthBytes, ...cutTimes };
  }

  async #takeMessage(offset: number, endOffset: number): Promise<void> {
    if (endOffset - offset < leastMessageBytes || endOffset - offset > maxChunkBytes) return;
    // Channel, sequence number, log time.
    const head = viewOf(await this.#file.read(offset + prefixBytes, 14));
    const timeNs = head.getBigUint64(6, true);
    add(this.#map.messageCounts, head.getUint16(0, true), 1);
    const last = this.#map.pieces.at(-1);
    const isNext = last?.kind === 'records' && last.offsetBytes + last.lengthBytes === offset;
    if (isNext && last.lengthBytes < pieceBytes) {
      last.lengthBytes = endOffset - last.offsetBytes;
      if (timeNs < last.startNs) last.startNs = timeNs;
      if (timeNs > last.endNs) last.endNs = timeNs;
      return;
    }
    const lengthBytes = endOffset - offset;
    const times = { startNs: timeNs, endNs: timeNs };
    this.#map.pieces.push({ kind: 'records', offsetBytes: offset, lengthBytes, ...times });
  }
}

const descriptions: ReadonlySet<number> = new Set([
  opcodes.header,
  opcodes.schema,
  opcodes.channel,
  opcodes.metadata,
  opcodes.messageIndex,
  opcodes.statistics,
]);

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function tryParse(records: Uint8Array) {
  try {
    return parsePiece(records).messages;
  } catch {
    return [];
  }
}

function span(stamps: readonly bigint[]): { startNs: bigint; endNs: bigint } {
  let startNs = stamps[0]!;
  let endNs = startNs;
  for (const stampNs of stamps) {
    if (stampNs < startNs) startNs = stampNs;
    if (stampNs > endNs) endNs = stampNs;
  }
  return { startNs, endNs };
}

function add(counts: Map<number, number>, channelId: number, messages: number): void {
  counts.set(channelId, (counts.get(channelId) ?? 0) + messages);
}
