import { McapWriter } from '@mcap/core';
import { PartialFile } from '../../src/files/partial-file.js';
import { channelSchemas, fileDescriptorSet } from '../../src/recording/channels.js';
import { withoutCamera } from '../../src/recording/recorded-cameras.js';
import { RecordingReader } from '../../src/recording/recording-reader.js';
import { recordingLibrary } from '../../src/recording/recording-writer.js';
import { compressZstd } from '../../src/recording/zstd.js';

const chunkBytes = 1024 * 1024;
const kept = ['perception', 'camera/calibration'] as const;
const isKept = (name: string): name is (typeof kept)[number] =>
  kept.some((topic) => topic === name);

/**
 * Writes a reference: the results and the calibration of a recording, for each of its cameras, compressed, without
 * pictures. The file appears only when it is complete. Rejects with ERR_OUTPUT.
 */
export async function writeReference(resultsPath: string, path: string): Promise<void> {
  const reader = await RecordingReader.open(resultsPath);
  try {
    const file = await PartialFile.create(path);
    try {
      const { compress } = await compressZstd();
      const writer = new McapWriter({
        chunkSize: chunkBytes,
        compressChunk: (bytes) => ({ compression: 'zstd', compressedData: compress(bytes) }),
        writable: {
          write: (bytes) => file.append(bytes),
          position: () => BigInt(file.positionBytes),
        },
      });
      await writer.start({ profile: '', library: recordingLibrary });
      for (const [name, entries] of reader.metadata)
        await writer.addMetadata({ name, metadata: new Map(Object.entries(entries)) });
      await copyMessages(reader, writer);
      await writer.end();
      await file.close();
    } catch (error) {
      await file.abort();
      throw error;
    }
  } finally {
    await reader.close();
  }
}

async function copyMessages(reader: RecordingReader, writer: McapWriter): Promise<void> {
  const channels = new Map<string, { id: number; sequence: number }>();
  const topics = reader.channels.map(({ topic }) => topic);
  for (const topic of topics) {
    const name = withoutCamera(topic);
    if (!isKept(name)) continue;
    const schema = channelSchemas[name];
    const schemaId = await writer.registerSchema({
      name: schema.typeName,
      encoding: 'protobuf',
      data: fileDescriptorSet(schema),
    });
    const described = { topic, schemaId, messageEncoding: 'protobuf', metadata: new Map() };
    channels.set(topic, { id: await writer.registerChannel(described), sequence: 0 });
  }
  for await (const { topic, stampNs, data } of reader.messages({ topics: [...channels.keys()] })) {
    const channel = channels.get(topic)!;
    await writer.addMessage({
      channelId: channel.id,
      sequence: channel.sequence++,
      logTime: stampNs,
      publishTime: stampNs,
      data,
    });
  }
}
