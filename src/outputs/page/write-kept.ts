import { perceptionTopic } from '../../messages/topics.js';
import { RecordingWriter } from '../../recording/recording-writer.js';
import type { KeptResult } from './live-output.js';

/** Writes results that were kept in memory as a recording. Rejects with ERR_OUTPUT. */
export async function writeKept(path: string, kept: readonly KeptResult[]): Promise<void> {
  const writer = await RecordingWriter.create(path);
  for (const { stampNs, payload } of kept)
    await writer.writeEncoded(perceptionTopic.name, stampNs, payload);
  await writer.close();
}
