import { rm } from 'node:fs/promises';
import { type ChannelTopic, channelSchemas } from '../recording/channels.js';
import { RecordingReader } from '../recording/recording-reader.js';
import { RecordingWriter } from '../recording/recording-writer.js';
import { type InterruptedPiece, interruptedPieces } from './interrupted-recording.js';

/** What became of one piece. */
export interface FinishedPiece {
  path: string;
  /** Results in it. */
  frames: number;
  /** Bytes behind the last whole record: what was being written when the pipeline died. */
  cutBytes: number;
}

/**
 * Finishes every interrupted piece of a recording: all that can be read of it is written again with an index,
 * then the interrupted file goes away. A piece without a single result leaves nothing.
 */
export async function finishRecordings(path: string): Promise<FinishedPiece[]> {
  const finished: FinishedPiece[] = [];
  for (const piece of interruptedPieces(path)) {
    const result = await finish(piece);
    await rm(piece.interruptedPath);
    if (result.frames > 0) finished.push(result);
  }
  return finished;
}

async function finish({ interruptedPath, path, number }: InterruptedPiece): Promise<FinishedPiece> {
  const reader = await openUnlessEmpty(interruptedPath);
  if (reader === undefined) return { path, frames: 0, cutBytes: 0 };
  try {
    const { cutBytes } = reader;
    const results = reader.channels.find(({ topic }) => topic === 'perception');
    if (results === undefined || results.messageCount === 0) return { path, frames: 0, cutBytes };
    const writer = await RecordingWriter.create(path);
    try {
      for (const [name, entries] of reader.metadata) await writer.addMetadata(name, entries);
      const facts = { number: String(number), cutBytes: String(cutBytes) };
      await writer.addMetadata('windshield.interrupted', facts);
      let frames = 0;
      const topics = Object.keys(channelSchemas);
      for await (const { topic, stampNs, data } of reader.messages({ topics })) {
        await writer.writeEncoded(topic as ChannelTopic, stampNs, data);
        if (topic === 'perception') frames++;
      }
      await writer.close();
      return { path, frames, cutBytes };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } finally {
    await reader.close();
  }
}

/** Undefined where the pipeline died before the first byte. */
async function openUnlessEmpty(path: string): Promise<RecordingReader | undefined> {
  try {
    return await RecordingReader.open(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SOURCE_EMPTY') return undefined;
    throw error;
  }
}
