import { perceptionTopic, topicOf } from '../../messages/topics.js';
import { RecordingWriter } from '../../recording/recording-writer.js';
import type { KeptResult } from './live-output.js';

/** Results that were kept in memory, and the name of their camera in a rig with several. */
export interface KeptResults {
  camera: string | undefined;
  kept: readonly KeptResult[];
}

/** Writes results as a recording, one camera after the other. Rejects with ERR_OUTPUT. */
export async function writeKept(path: string, cameras: readonly KeptResults[]): Promise<void> {
  const writer = await RecordingWriter.create(path);
  const { name } = perceptionTopic;
  for (const { camera, kept } of cameras)
    for (const { stampNs, payload } of kept)
      await writer.writeEncoded(name, stampNs, payload, topicOf(name, camera));
  await writer.close();
}
