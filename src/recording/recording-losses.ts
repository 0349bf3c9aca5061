import type { RecordingReader } from './recording-reader.js';

/** What could not be read of a recording, once it has been read: half-sentences that its name goes before. Empty for a whole one. */
export function recordingLosses({
  isComplete,
  cutBytes,
  damagedChunks,
}: Pick<RecordingReader, 'isComplete' | 'cutBytes' | 'damagedChunks'>): string[] {
  return [
    ...(isComplete ? [] : [`was cut off: ${cutBytes} bytes at its end cannot be used`]),
    ...(damagedChunks > 0 ? [`has ${damagedChunks} damaged chunks`] : []),
  ];
}
