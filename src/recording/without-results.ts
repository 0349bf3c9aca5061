import { PerceptionError } from '../frame/perception-error.js';
import { recordingLosses } from './recording-losses.js';
import type { RecordingReader } from './recording-reader.js';

/** ERR_RECORDING for a recording without the expected results: what it holds instead, and what was lost. */
export function withoutResults(
  reader: RecordingReader,
  losses: readonly string[] = recordingLosses(reader),
): PerceptionError {
  const { path, channels, metadata } = reader;
  const topics = channels.map(({ topic }) => topic).join(', ') || 'none';
  const isEmptyRun = losses.length === 0 && metadata.has('windshield.result');
  const found = isEmptyRun ? 'a run that published nothing' : `topics ${topics}`;
  const lost = losses.map((loss) => `; the file ${loss}`).join('');
  return new PerceptionError(
    'ERR_RECORDING',
    `${path}: expected results, as windshield replay --out records them, found ${found}${lost}`,
  );
}
