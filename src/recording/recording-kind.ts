import { PerceptionError } from '../frame/perception-error.js';
import { withoutCamera } from './recorded-cameras.js';
import { RecordingReader } from './recording-reader.js';

/** What a recording is of: what a pipeline saw, or the frames of a drive. */
export type RecordingKind = 'results' | 'drive';

/** Undefined where there is no recording at `path` that can be read, or one of something else. */
export async function recordingKind(path: string): Promise<RecordingKind | undefined> {
  const reader = await RecordingReader.open(path).catch(() => undefined);
  try {
    const topics = reader?.channels.map(({ topic }) => withoutCamera(topic)) ?? [];
    const names = [...(reader?.metadata ?? [])].map(([name]) => withoutCamera(name));
    if (topics.includes('perception') || names.includes('windshield.result')) return 'results';
    return topics.length > 0 || names.includes('windshield.drive') ? 'drive' : undefined;
  } finally {
    await reader?.close();
  }
}

/** Holds that results take the place of nothing but older results. Rejects with ERR_OUTPUT. */
export async function checkNoDriveAt(path: string): Promise<void> {
  if ((await recordingKind(path)) === 'drive')
    throw new PerceptionError(
      'ERR_OUTPUT',
      `expected nothing yet, or a recording of results to replace, found a drive: ${path}`,
    );
}

/** Holds that a drive takes the place of nothing but an older drive. Rejects with ERR_OUTPUT. */
export async function checkNoResultsAt(path: string): Promise<void> {
  if ((await recordingKind(path)) === 'results')
    throw new PerceptionError(
      'ERR_OUTPUT',
      `expected nothing yet, or a drive to replace, found a recording of results: ${path}`,
    );
}
