import { camerasIn } from './recorded-cameras.js';
import { RecordingReader } from './recording-reader.js';

/**
 * The names of a recording's cameras, in the pipeline file's order; empty for a recording of one camera, and if one of
 * several is already chosen (`drive.mcap#front`). Rejects as RecordingReader.open does.
 */
export async function camerasOfRecording(path: string): Promise<string[]> {
  const reader = await RecordingReader.open(path);
  await reader.close();
  const topics = reader.channels.map(({ topic }) => topic);
  return camerasIn(topics, reader.metadata.keys());
}
