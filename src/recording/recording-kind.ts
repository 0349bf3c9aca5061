import { PerceptionError } from '../frame/perception-error.js';
import { withoutCamera } from './recorded-cameras.js';
import { RecordingReader } from './recording-reader.js';

/** What a recording holds: a pipeline's results, or the frames of a drive. */
export type RecordingKind = 'results' | 'drive';

/** Undefined if there is no readable recording at `path`, or an empty one. Any other recording counts as a drive. */
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

/** Checks that results would replace only older results. Rejects with ERR_OUTPUT. */
export async function checkNoDriveAt(path: string): Promise<void> {
  if ((await recordingKind(path)) === 'drive')
    throw new PerceptionError(
      'ERR_OUTPUT',
      `expected nothing yet, or a recording of results to replace, found a drive: ${path}`,
    );
}

/** Checks that a drive would replace only an older drive. Rejects with ERR_OUTPUT. */
export async function checkNoResultsAt(path: string): Promise<void> {
  if ((await recordingKind(path)) === 'results')
    throw new PerceptionError(
      'ERR_OUTPUT',
      `expected nothing yet, or a drive to replace, found a recording of results: ${path}`,
    );
}
