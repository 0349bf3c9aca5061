// The records of MCAP (mcap.dev/spec), read directly from bytes: every length is checked against the available bytes.
// @mcap/core's stream reader trusts lengths, expects each channel again in each chunk, and takes a minute for a file of
// many small records.

/** Opcodes of the records that are read here. */
export const opcodes = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  statistics: 0x0b,
  metadata: 0x0c,
  metadataIndex: 0x0d,
  dataEnd: 0x0f,
} as const;

/** Opcode and length, before the content of every record. */
export const prefixBytes = 9;
/** A message without data: prefix, channel, sequence number and two times. */
export const leastMessageBytes = prefixBytes + 22;

export interface McapSchema {
  id: number;
  name: string;
  encoding: string;
  data: Uint8Array;
}

export interface McapChannel {
  id: number;
  /** 0 if there is none. */
  schemaId: number;
  topic: string;
  messageEncoding: string;
}

export interface McapMessage {
  channelId: number;
  sequence: number;
  /** Nanoseconds. */
  logTimeNs: bigint;
  /** A view of the bytes that were read. */
  data: Uint8Array;
}

export interface McapChunk {
  startNs: bigint;
  endNs: bigint;
  uncompressedBytes: number;
  /** 0 if it was not computed. */
  uncompressedCrc: number;
  compression: string;
  /** The records, compressed; a view of the bytes. */
  records: Uint8Array;
}

export interface McapChunkIndex {
  startNs: bigint;
  endNs: bigint;
  offsetBytes: number;
  lengthBytes: number;
  compression: string;
  uncompressedBytes: number;
  /** Messages by channel, from the lengths of the index after the chunk; undefined if there is none. */
  messageCounts: Map<number, number> | undefined;
}

export interface McapStatistics {
  messageCount: number;
  channelCount: number;
  metadataCount: number;
  chunkCount: number;
  channelMessageCounts: Map<number, number>;
}

/** One record: `content` is a view, without opcode and length. */
export interface RawRecord {
  opcode: number;
  content: Uint8Array;
  endOffset: number;
}

/** The record that begins at `offset`; undefined if the bytes end before it does, or none can begin there. */
export function recordAt(bytes: Uint8Array, offset: number): RawRecord | undefined {
  if (offset + prefixBytes > bytes.length) return undefined;
  const endOffset = offset + prefixBytes + recordLength(bytes, offset);
  if (bytes[offset] === 0 || endOffset > bytes.length) return undefined;
  const content = bytes.subarray(offset + prefixBytes, endOffset);
  return { opcode: bytes[offset]!, content, endOffset };
}

/** Length of the content that the record at `offset` states: any number up to 2^64. */
export function recordLength(bytes: Uint8Array, offset: number): number {
  return Number(viewOf(bytes).getBigUint64(offset + 1, true));
}

/** Reads the fields of one record. Throws if they do not fit into it. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  u16 = (): number => this.#view.getUint16(this.#move(2), true);
  u32 = (): number => this.#view.getUint32(this.#move(4), true);
  u64 = (): bigint => this.#view.getBigUint64(this.#move(8), true);
  /** A length or an offset: values above 2^53 are above every limit anyway. */
  size = (): number => Number(this.u64());
  text = (): string => decoder.decode(this.bytes(this.u32()));

  bytes(length: number): Uint8Array {
    const start = this.#move(length);
    return this.#bytes.subarray(start, start + length);
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#offset);
  }

  /** The entries of a map or an array with its length in bytes before it. */
  entries<T>(read: (entry: Fields) => T): T[] {
    const inner = new Fields(this.bytes(this.u32()));
    const entries: T[] = [];
    while (!inner.isAtEnd) entries.push(read(inner));
    return entries;
  }

  #move(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length) {
      const left = this.#bytes.length - start;
      throw new RangeError(`expected ${length} bytes more in a record, found ${left}`);
    }
    this.#offset += length;
    return start;
  }
}

const decoder = new TextDecoder();
const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Profile, and name of the library that wrote the file. */
export function readHeader(content: Uint8Array): { profile: string; library: string } {
  const fields = new Fields(content);
  return { profile: fields.text(), library: fields.text() };
}

/** Offset of the summary, or 0; and its checksum, or 0 if it was not computed. */
export function readFooter(content: Uint8Array): { summaryOffset: number; summaryCrc: number } {
  const fields = new Fields(content);
  const summaryOffset = fields.size();
  fields.u64();
  return { summaryOffset, summaryCrc: fields.u32() };
}

export function readSchema(content: Uint8Array): McapSchema {
  const fields = new Fields(content);
  const named = { id: fields.u16(), name: fields.text(), encoding: fields.text() };
  return { ...named, data: fields.bytes(fields.u32()).slice() };
}

export function readChannel(content: Uint8Array): McapChannel {
  const fields = new Fields(content);
  const ids = { id: fields.u16(), schemaId: fields.u16() };
  return { ...ids, topic: fields.text(), messageEncoding: fields.text() };
}

export function readMessageRecord(content: Uint8Array): McapMessage {
  const fields = new Fields(content);
  const channelId = fields.u16();
  const sequence = fields.u32();
  const logTimeNs = fields.u64();
  fields.u64();
  return { channelId, sequence, logTimeNs, data: fields.rest() };
}

export function readChunk(content: Uint8Array): McapChunk {
  const fields = new Fields(content);
  return {
    startNs: fields.u64(),
    endNs: fields.u64(),
    uncompressedBytes: fields.size(),
    uncompressedCrc: fields.u32(),
    compression: fields.text(),
    records: fields.bytes(fields.size()),
  };
}

export function readMessageIndex(content: Uint8Array): { channelId: number; count: number } {
  const fields = new Fields(content);
  return { channelId: fields.u16(), count: Math.floor(fields.bytes(fields.u32()).length / 16) };
}

export function readChunkIndex(content: Uint8Array): McapChunkIndex {
  const fields = new Fields(content);
  const times = { startNs: fields.u64(), endNs: fields.u64() };
  const place = { offsetBytes: fields.size(), lengthBytes: fields.size() };
  const places = fields.entries((entry) => [entry.u16(), entry.size()] as const);
  const indexBytes = fields.size();
  const compression = fields.text();
  fields.u64();
  const messageCounts = countsIn(places, place.offsetBytes + place.lengthBytes + indexBytes);
  return { ...times, ...place, compression, uncompressedBytes: fields.size(), messageCounts };
}

/** Opcode and length, then channel, length of the entries, and 16 bytes per entry. */
const indexHeadBytes = prefixBytes + 6;
const indexEntryBytes = 16;

/** Message counts by channel: a channel's index ends where the next one begins, which gives its number of entries. */
function countsIn(
  places: readonly (readonly [channelId: number, offsetBytes: number])[],
  endBytes: number,
): Map<number, number> | undefined {
  const sorted = [...places].sort((a, b) => a[1] - b[1]);
  const counts = new Map<number, number>();
  for (const [at, [channelId, offsetBytes]] of sorted.entries()) {
    const entryBytes = (sorted[at + 1]?.[1] ?? endBytes) - offsetBytes - indexHeadBytes;
    if (entryBytes < 0 || entryBytes % indexEntryBytes !== 0) return undefined;
    counts.set(channelId, entryBytes / indexEntryBytes);
  }
  return counts.size === 0 ? undefined : counts;
}

export function readStatistics(content: Uint8Array): McapStatistics {
  const fields = new Fields(content);
  const messageCount = fields.size();
  fields.u16();
  const channelCount = fields.u32();
  fields.u32();
  const metadataCount = fields.u32();
  const chunkCount = fields.u32();
  fields.bytes(16);
  const counts = fields.entries((entry) => [entry.u16(), entry.size()] as const);
  const channelMessageCounts = new Map(counts);
  return { messageCount, channelCount, metadataCount, chunkCount, channelMessageCounts };
}

export function readMetadata(content: Uint8Array): {
  name: string;
  entries: Map<string, string>;
} {
  const fields = new Fields(content);
  const name = fields.text();
  return { name, entries: new Map(fields.entries((e) => [e.text(), e.text()] as const)) };
}

export function readMetadataIndex(content: Uint8Array): {
  offsetBytes: number;
  lengthBytes: number;
} {
  const fields = new Fields(content);
  return { offsetBytes: fields.size(), lengthBytes: fields.size() };
}
