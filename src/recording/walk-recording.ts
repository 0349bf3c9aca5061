import type { FileHandle } from 'node:fs/promises';
import { Opcode, type TypedMcapRecord } from '@mcap/core';
import { readBytes } from './file-bytes.js';
import { loadPiece, parseRecords } from './load-piece.js';
import type { RecordingMap, RecordingPiece } from './recording-piece.js';

const magicBytes = 8;
/** Opcode and length, before the content of every record. */
const prefixBytes = 9;
/** Start, end, sizes and checksum of a chunk, before the name of its compression. */
const chunkTimesBytes = 28;
/** Bare messages are put together to pieces of about this size. */
const pieceBytes = 1024 * 1024;
/** Records that describe others are small; a longer one is damage. */
const maxDescriptionBytes = 64 * 1024 * 1024;

/**
 * Maps a recording that has no usable index by walking through its records from the start to the end, or to the
 * first place that cannot be a record. Of an uncompressed chunk that was cut off, the whole messages are kept.
 */
export async function walkRecording(handle: FileHandle, sizeBytes: number): Promise<RecordingMap> {
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
  let offset = magicBytes;
  let isInSummary = false;
  while (offset + prefixBytes <= sizeBytes && !map.isComplete) {
    const prefix = viewOf(await readBytes(handle, offset, prefixBytes));
    const opcode = prefix.getUint8(0);
    const endOffset = offset + prefixBytes + Number(prefix.getBigUint64(1, true));
    if (opcode === Opcode.CHUNK) {
      const piece = await chunkPiece(handle, offset, endOffset, sizeBytes);
      if (piece !== undefined) await addPiece(handle, map, piece);
    }
    if (opcode === 0 || endOffset > sizeBytes) break;
    if (opcode === Opcode.MESSAGE) await addBareMessage(handle, map, offset, endOffset);
    // The summary repeats what the data said, and would have been used if it were sound.
    isInSummary ||= opcode === Opcode.DATA_END;
    if (!isInSummary && isDescription(opcode) && endOffset - offset <= maxDescriptionBytes) {
      for (const record of describe(await readBytes(handle, offset, endOffset - offset))) {
        note(map, record);
      }
    }
    map.isComplete = opcode === Opcode.FOOTER && endOffset + magicBytes <= sizeBytes;
    offset = endOffset;
  }
  if (!map.isComplete) map.cutBytes = Math.max(0, sizeBytes - offset);
  return map;
}

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const isDescription = (opcode: number) =>
  opcode === Opcode.HEADER ||
  opcode === Opcode.SCHEMA ||
  opcode === Opcode.CHANNEL ||
  opcode === Opcode.METADATA ||
  opcode === Opcode.MESSAGE_INDEX;

/** A damaged description is passed over: what it describes may be known from another one. */
function describe(bytes: Uint8Array): TypedMcapRecord[] {
  try {
    return parseRecords(bytes).records;
  } catch {
    return [];
  }
}

/** Undefined where the chunk is cut off so early, or so compressed, that nothing in it can be read. */
async function chunkPiece(
  handle: FileHandle,
  offset: number,
  endOffset: number,
  sizeBytes: number,
): Promise<RecordingPiece | undefined> {
  const headOffset = offset + prefixBytes;
  const head = viewOf(await readBytes(handle, headOffset, chunkTimesBytes + 4));
  if (head.byteLength < chunkTimesBytes + 4) return undefined;
  const nameBytes = head.getUint32(chunkTimesBytes, true);
  const name = await readBytes(handle, headOffset + chunkTimesBytes + 4, Math.min(nameBytes, 16));
  const compression = new TextDecoder().decode(name);
  const times = { startNs: head.getBigUint64(0, true), endNs: head.getBigUint64(8, true) };
  if (endOffset <= sizeBytes) {
    const lengthBytes = endOffset - offset;
    return { kind: 'chunk', offsetBytes: offset, lengthBytes, ...times, compression };
  }
  const recordsOffset = headOffset + chunkTimesBytes + 4 + nameBytes + 8;
  if (compression !== '' || recordsOffset >= sizeBytes) return undefined;
  const lengthBytes = sizeBytes - recordsOffset;
  return { kind: 'records', offsetBytes: recordsOffset, lengthBytes, ...times, compression };
}

/** Channels may be defined inside chunks only, so each is looked into; one that is damaged counts by its index. */
async function addPiece(
  handle: FileHandle,
  map: RecordingMap,
  piece: RecordingPiece,
): Promise<void> {
  map.pieces.push(piece);
  const loaded = await loadPiece(handle, piece, map.channels.values()).catch(() => undefined);
  for (const record of loaded?.records ?? []) {
    if (record.type !== 'Message') note(map, record);
    else if (piece.kind === 'records') count(map, record.channelId, 1);
  }
  // A message that was cut in two is known to be missing where its channel can still be read.
  const rest = loaded?.rest;
  if (rest !== undefined && rest[0] === Opcode.MESSAGE && rest.length >= prefixBytes + 2) {
    count(map, viewOf(rest).getUint16(prefixBytes, true), 1);
  }
}

async function addBareMessage(
  handle: FileHandle,
  map: RecordingMap,
  offset: number,
  endOffset: number,
): Promise<void> {
  // Channel, sequence number, log time.
  const head = viewOf(await readBytes(handle, offset + prefixBytes, 14));
  const timeNs = head.getBigUint64(6, true);
  count(map, head.getUint16(0, true), 1);
  const last = map.pieces.at(-1);
  if (last?.kind === 'records' && last.lengthBytes < pieceBytes) {
    last.lengthBytes = endOffset - last.offsetBytes;
    if (timeNs < last.startNs) last.startNs = timeNs;
    if (timeNs > last.endNs) last.endNs = timeNs;
    return;
  }
  const lengthBytes = endOffset - offset;
  const times = { startNs: timeNs, endNs: timeNs };
  map.pieces.push({ kind: 'records', offsetBytes: offset, lengthBytes, ...times, compression: '' });
}

function note(map: RecordingMap, record: TypedMcapRecord): void {
  if (record.type === 'Header') map.library = record.library;
  else if (record.type === 'Schema') map.schemas.set(record.id, record);
  else if (record.type === 'Channel') map.channels.set(record.id, record);
  else if (record.type === 'Metadata') {
    map.metadata.set(record.name, Object.fromEntries(record.metadata));
  } else if (record.type === 'MessageIndex') count(map, record.channelId, record.records.length);
}

function count(map: RecordingMap, channelId: number, messages: number): void {
  map.messageCounts.set(channelId, (map.messageCounts.get(channelId) ?? 0) + messages);
}
