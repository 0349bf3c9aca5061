import type { FileHandle } from 'node:fs/promises';
import {
  type DecompressHandlers,
  McapRecordBuilder,
  McapStreamReader,
  type TypedMcapRecord,
  type TypedMcapRecords,
} from '@mcap/core';
import { readBytes } from './file-bytes.js';
import type { RecordingPiece } from './recording-piece.js';

/** Loads the codecs of compressed recordings; our own are not compressed and do without. */
export async function loadCodecs(): Promise<DecompressHandlers> {
  return (await import('@mcap/support')).loadDecompressHandlers();
}

/** A piece's records in file order, and the bytes at its end that are no whole record. */
export interface LoadedPiece {
  records: TypedMcapRecord[];
  rest: Uint8Array;
}

/** Reads one piece. Rejects where a checksum or a record in it is wrong. Message data are copies. */
export async function loadPiece(
  handle: FileHandle,
  piece: RecordingPiece,
  channels: Iterable<TypedMcapRecords['Channel']>,
): Promise<LoadedPiece> {
  const codecs = piece.compression === '' ? {} : await loadCodecs();
  const bytes = await readBytes(handle, piece.offsetBytes, piece.lengthBytes);
  return parseRecords(bytes, channels, codecs);
}

/** The records in `bytes`, which begin with one; a chunk gives its contents. `channels` are known from before. */
export function parseRecords(
  bytes: Uint8Array,
  channels: Iterable<TypedMcapRecords['Channel']> = [],
  decompressHandlers: DecompressHandlers = {},
): LoadedPiece {
  const reader = new McapStreamReader({ noMagicPrefix: true, decompressHandlers });
  // The reader refuses messages on channels that it has not met.
  const primer = new McapRecordBuilder();
  for (const channel of channels) primer.writeChannel(channel);
  reader.append(primer.buffer);
  while (reader.bytesRemaining() > 0) reader.nextRecord();
  reader.append(bytes);
  const records: TypedMcapRecord[] = [];
  for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
    records.push(record);
  }
  return { records, rest: bytes.subarray(bytes.length - reader.bytesRemaining()) };
}
