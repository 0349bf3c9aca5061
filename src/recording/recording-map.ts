import { MCAP_MAGIC } from '@mcap/core';
import { hasErrorCode } from '../frame/perception-error.js';
import type { ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import {
  leastMessageBytes,
  type McapChannel,
  type McapChunkIndex,
  type McapSchema,
  type McapStatistics,
  opcodes,
  prefixBytes,
  readChannel,
  readChunkIndex,
  readFooter,
  readHeader,
  readMetadata,
  readMetadataIndex,
  readSchema,
  readStatistics,
  recordAt,
  recordLength,
} from './mcap-records.js';
import type { RecordingMap } from './recording-piece.js';
import { walkRecording } from './walk-recording.js';

const footerBytes = prefixBytes + 20;
/** Largest plausible summary. */
const maxSummaryBytes = 64 * 1024 * 1024;

/**
 * Maps a recording by its index, or by walking through its records if the index is missing, incomplete or contradicts
 * the file: an index is never trusted without checks.
 */
export async function mapRecording(
  file: ByteSource,
  { checksChunks = true }: MapOptions = {},
): Promise<RecordingMap> {
  const indexed = await mapByIndex(file, checksChunks).catch((error) => {
    // The store does not answer: walking through the file would only repeat the requests.
    if (hasErrorCode(error)) throw error;
    return undefined;
  });
  return indexed ?? walkRecording(file);
}

export interface MapOptions {
  /**
   * Checks the header of each chunk before the index is trusted; true by default. False if each check would be a request
   * to a store: a chunk is then checked when it is read.
   */
  checksChunks?: boolean;
}

async function mapByIndex(
  file: ByteSource,
  checksChunks: boolean,
): Promise<RecordingMap | undefined> {
  const summary = await readSummary(file);
  const { statistics, channels, schemas, chunks } = summary;
  if (statistics === undefined || channels.size < statistics.channelCount) return undefined;
  if (chunks.length !== statistics.chunkCount) return undefined;
  if (statistics.messageCount > 0 && chunks.length === 0) return undefined;
  if (summary.metadataPlaces.length < statistics.metadataCount) return undefined;
  for (const { schemaId } of channels.values())
    if (schemaId !== 0 && !schemas.has(schemaId)) return undefined;
  if (!isCountPossible(statistics, chunks)) return undefined;
  if (checksChunks && !(await areChunks(file, chunks))) return undefined;
  const metadata = new Map<string, Record<string, string>>();
  for (const { offsetBytes, lengthBytes } of summary.metadataPlaces) {
    if (lengthBytes > maxSummaryBytes) return undefined;
    const record = recordAt(await file.read(offsetBytes, lengthBytes), 0);
    if (record?.opcode !== opcodes.metadata) return undefined;
    const { name, entries } = readMetadata(record.content);
    metadata.set(name, Object.fromEntries(entries));
  }
  const head = recordAt(await file.read(MCAP_MAGIC.length, 64 * 1024), 0);
  const areCounted = doCountsAgree(statistics, chunks);
  return {
    library: head?.opcode === opcodes.header ? readHeader(head.content).library : '',
    channels,
    schemas,
    metadata,
    pieces: chunks.map(({ offsetBytes, lengthBytes, startNs, endNs, messageCounts }) => {
      const place = { kind: 'chunk' as const, offsetBytes, lengthBytes, startNs, endNs };
      return areCounted ? { ...place, messageCounts } : place;
    }),
    messageCounts: statistics.channelMessageCounts,
    isComplete: true,
    cutBytes: 0,
  };
}

interface Summary {
  statistics: McapStatistics | undefined;
  channels: Map<number, McapChannel>;
  schemas: Map<number, McapSchema>;
  chunks: McapChunkIndex[];
  metadataPlaces: { offsetBytes: number; lengthBytes: number }[];
}

async function readSummary(file: ByteSource): Promise<Summary> {
  const summary: Summary = {
    statistics: undefined,
    channels: new Map(),
    schemas: new Map(),
    chunks: [],
    metadataPlaces: [],
  };
  const endOffset = file.sizeBytes - footerBytes - MCAP_MAGIC.length;
  const end = await file.read(Math.max(0, endOffset), footerBytes + MCAP_MAGIC.length);
  const footer = recordAt(end, 0);
  const hasMagic = MCAP_MAGIC.every((byte, i) => end[footerBytes + i] === byte);
  if (footer?.opcode !== opcodes.footer || !hasMagic) return summary;
  const { summaryOffset, summaryCrc } = readFooter(footer.content);
  const lengthBytes = endOffset - summaryOffset;
  if (summaryOffset === 0 || lengthBytes < 0 || lengthBytes > maxSummaryBytes) return summary;
  // The checksum covers the summary and the footer up to the checksum itself.
  const checked = await file.read(summaryOffset, lengthBytes + prefixBytes + 16);
  if (summaryCrc !== 0 && crc32(checked) !== summaryCrc) return summary;
  const bytes = checked.subarray(0, lengthBytes);
  let offset = 0;
  for (let record = recordAt(bytes, 0); record !== undefined; record = recordAt(bytes, offset)) {
    note(summary, record.opcode, record.content);
    offset = record.endOffset;
  }
  return summary;
}

function note(summary: Summary, opcode: number, content: Uint8Array): void {
  if (opcode === opcodes.statistics) summary.statistics = readStatistics(content);
  else if (opcode === opcodes.chunkIndex) summary.chunks.push(readChunkIndex(content));
  else if (opcode === opcodes.metadataIndex) {
    summary.metadataPlaces.push(readMetadataIndex(content));
  } else if (opcode === opcodes.channel) {
    const channel = readChannel(content);
    summary.channels.set(channel.id, channel);
  } else if (opcode === opcodes.schema) {
    const schema = readSchema(content);
    summary.schemas.set(schema.id, schema);
  }
}

/** Whether the counts agree with each other, and that many messages fit into the chunks. */
function isCountPossible(
  { messageCount, channelMessageCounts }: McapStatistics,
  chunks: readonly McapChunkIndex[],
): boolean {
  const counted = [...channelMessageCounts.values()].reduce((sum, count) => sum + count, 0);
  const bytes = chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0);
  return counted === messageCount && messageCount * leastMessageBytes <= bytes;
}

/** Whether the counts of the chunks add up, channel by channel, to those of the file. */
function doCountsAgree(
  { channelMessageCounts }: McapStatistics,
  chunks: readonly McapChunkIndex[],
): boolean {
  const sums = new Map<number, number>();
  for (const { messageCounts } of chunks) {
    if (messageCounts === undefined) return false;
    for (const [id, count] of messageCounts) sums.set(id, (sums.get(id) ?? 0) + count);
  }
  const counted = [...channelMessageCounts].filter(([, count]) => count > 0);
  return (
    counted.length === [...sums.values()].filter((count) => count > 0).length &&
    counted.every(([id, count]) => sums.get(id) === count)
  );
}

/** Whether each entry names an actual chunk with its times, and no two overlap. */
async function areChunks(file: ByteSource, chunks: readonly McapChunkIndex[]): Promise<boolean> {
  let fromBytes = MCAP_MAGIC.length;
  for (const chunk of [...chunks].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
    const { offsetBytes, lengthBytes, startNs, endNs } = chunk;
    if (offsetBytes < fromBytes || offsetBytes + lengthBytes > file.sizeBytes) return false;
    fromBytes = offsetBytes + lengthBytes;
    const head = await file.read(offsetBytes, prefixBytes + 16);
    if (head.length < prefixBytes + 16 || head[0] !== opcodes.chunk) return false;
    if (prefixBytes + recordLength(head, 0) !== lengthBytes) return false;
    const times = new DataView(head.buffer, head.byteOffset + prefixBytes);
    if (times.getBigUint64(0, true) !== startNs || times.getBigUint64(8, true) !== endNs)
      return false;
  }
  return true;
}
