import type { FileHandle } from 'node:fs/promises';
import { McapIndexedReader, type TypedMcapRecords } from '@mcap/core';
import { readBytes } from './file-bytes.js';
import { parseRecords } from './load-piece.js';
import type { RecordingMap } from './recording-piece.js';
import { walkRecording } from './walk-recording.js';

/** Maps a recording by its index or, where that is missing or broken, by walking through its records. */
export async function mapRecording(handle: FileHandle, sizeBytes: number): Promise<RecordingMap> {
  const indexed = await mapByIndex(handle, sizeBytes).catch(() => undefined);
  return indexed ?? walkRecording(handle, sizeBytes);
}

/** Undefined for a valid file whose index leaves messages out. */
async function mapByIndex(
  handle: FileHandle,
  sizeBytes: number,
): Promise<RecordingMap | undefined> {
  const reader = await McapIndexedReader.Initialize({
    readable: {
      size: async () => BigInt(sizeBytes),
      read: (offset, size) => readBytes(handle, Number(offset), Number(size)),
    },
  });
  const { statistics, chunkIndexes, channelsById, schemasById } = reader;
  if (statistics === undefined || channelsById.size < statistics.channelCount) return undefined;
  if (statistics.messageCount > 0n && chunkIndexes.length < statistics.chunkCount) return undefined;
  if (statistics.messageCount > 0n && chunkIndexes.length === 0) return undefined;
  const isInside = ({ chunkStartOffset, chunkLength }: TypedMcapRecords['ChunkIndex']) =>
    chunkStartOffset + chunkLength <= BigInt(sizeBytes);
  if (!chunkIndexes.every(isInside)) return undefined;
  const metadata = new Map<string, Record<string, string>>();
  for (const { offset, length } of reader.metadataIndexes) {
    const { records } = parseRecords(await readBytes(handle, Number(offset), Number(length)));
    for (const record of records) {
      if (record.type !== 'Metadata') continue;
      metadata.set(record.name, Object.fromEntries(record.metadata));
    }
  }
  return {
    library: reader.header.library,
    channels: new Map(channelsById),
    schemas: new Map(schemasById),
    metadata,
    pieces: chunkIndexes.map((index) => ({
      kind: 'chunk',
      offsetBytes: Number(index.chunkStartOffset),
      lengthBytes: Number(index.chunkLength),
      startNs: index.messageStartTime,
      endNs: index.messageEndTime,
      compression: index.compression,
    })),
    messageCounts: new Map(
      [...statistics.channelMessageCounts].map(([id, count]) => [id, Number(count)]),
    ),
    isComplete: true,
    cutBytes: 0,
  };
}
