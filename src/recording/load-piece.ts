import type { DecompressHandlers } from '@mcap/core';
import type { ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import {
  leastMessageBytes,
  type McapChannel,
  type McapChunk,
  type McapSchema,
  opcodes,
  prefixBytes,
  readChannel,
  readChunk,
  readMessageRecord,
  readSchema,
  recordAt,
} from './mcap-records.js';
import type { RecordingPiece } from './recording-piece.js';

/** A message in a piece; `data` is a view of the piece's bytes. */
export interface PieceMessage {
  channelId: number;
  sequence: number;
  stampNs: bigint;
  data: Uint8Array;
}

/** What a piece holds, in file order. */
export interface LoadedPiece {
  messages: PieceMessage[];
  channels: McapChannel[];
  schemas: McapSchema[];
  /** The bytes at its end that are not a complete record. */
  rest: Uint8Array;
}

/** A complete chunk is held in memory. Writers make chunks of about 1 MiB; a larger one than this counts as damaged. */
export const maxChunkBytes = 256 * 1024 * 1024;
/** Largest expansion of LZ4; bzip2 and zstd are limited only by `maxChunkBytes`. */
const maxLz4Ratio = 256;

let codecs: Promise<DecompressHandlers> | undefined;

/** Loads the codecs of compressed recordings on demand; by default our own are not compressed. */
function loadCodecs(): Promise<DecompressHandlers> {
  codecs ??= import('@mcap/support').then(({ loadDecompressHandlers }) => loadDecompressHandlers());
  return codecs;
}

/** Reads one piece. Rejects if a checksum, a size or a record in it is wrong. */
export async function loadPiece(file: ByteSource, piece: RecordingPiece): Promise<LoadedPiece> {
  if (piece.lengthBytes > maxChunkBytes)
    throw new RangeError(`expected a piece of at most ${maxChunkBytes} bytes`);
  const bytes = await file.read(piece.offsetBytes, piece.lengthBytes);
  return piece.kind === 'records' ? parsePiece(bytes) : parseChunk(bytes);
}

/** Parses a complete chunk record. Rejects as loadPiece does. */
async function parseChunk(bytes: Uint8Array): Promise<LoadedPiece> {
  const record = recordAt(bytes, 0);
  if (record?.opcode !== opcodes.chunk) throw new RangeError('expected a chunk');
  const chunk = readChunk(record.content);
  const records = await decompress(chunk);
  if (chunk.uncompressedCrc !== 0 && crc32(records) !== chunk.uncompressedCrc)
    throw new RangeError('the checksum of a chunk is wrong');
  return parsePiece(records);
}

async function decompress({ compression, records, uncompressedBytes }: McapChunk) {
  const packedBytes = records.byteLength;
  const mostBytes = compression === 'lz4' ? 1024 + packedBytes * maxLz4Ratio : maxChunkBytes;
  if (uncompressedBytes > Math.min(mostBytes, maxChunkBytes))
    throw new RangeError(`a chunk of ${packedBytes} bytes claims to hold ${uncompressedBytes}`);
  let unpacked = records;
  if (compression !== '') {
    const unpack = (await loadCodecs())[compression];
    if (unpack === undefined) throw new RangeError(`no codec for "${compression}"`);
    unpacked = unpack(records, BigInt(uncompressedBytes));
  }
  if (unpacked.byteLength !== uncompressedBytes)
    throw new RangeError(`a chunk of ${uncompressedBytes} bytes holds ${unpacked.byteLength}`);
  return unpacked;
}

/** Parses the records in `bytes`, which begin with one. Throws if the fields of a record do not fit into it. */
export function parsePiece(bytes: Uint8Array): LoadedPiece {
  const piece: LoadedPiece = { messages: [], channels: [], schemas: [], rest: bytes };
  let offset = 0;
  for (let record = recordAt(bytes, 0); record !== undefined; record = recordAt(bytes, offset)) {
    const { opcode, content } = record;
    if (opcode === opcodes.message) {
      const { channelId, sequence, logTimeNs, data } = readMessageRecord(content);
      piece.messages.push({ channelId, sequence, stampNs: logTimeNs, data });
    } else if (opcode === opcodes.channel) piece.channels.push(readChannel(content));
    else if (opcode === opcodes.schema) piece.schemas.push(readSchema(content));
    offset = record.endOffset;
  }
  piece.rest = bytes.subarray(offset);
  return piece;
}

/**
 * Counts by channel the messages of a damaged chunk by walking over its records as far as their lengths make sense.
 * Empty for a compressed chunk.
 */
export async function countInDamaged(
  file: ByteSource,
  piece: RecordingPiece,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  if (piece.kind !== 'chunk' || piece.lengthBytes > maxChunkBytes) return counts;
  const bytes = await file.read(piece.offsetBytes, piece.lengthBytes);
  const record = recordAt(bytes, 0);
  if (record === undefined) return counts;
  try {
    const { compression, records } = readChunk(record.content);
    if (compression !== '') return counts;
    let offset = 0;
    for (let inner = recordAt(records, 0); inner !== undefined; inner = recordAt(records, offset)) {
      offset = inner.endOffset;
      if (inner.opcode !== opcodes.message) continue;
      if (inner.content.length < leastMessageBytes - prefixBytes) break;
      const channelId = inner.content[0]! | (inner.content[1]! << 8);
      counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    }
  } catch {
    // The chunk's header is damaged.
  }
  return counts;
}
