import { counted } from '../text/counted.js';
import type { RecordingReader } from './recording-reader.js';

/** `1 damaged chunk`, `2 damaged chunks`. */
export const damagedChunksText = (count: number): string => counted(count, 'damaged chunk');

/** What could not be read of a recording, after reading it: phrases to follow its name. Empty for a complete one. */
export function recordingLosses({
  isComplete,
  cutBytes,
  damagedChunks,
}: Pick<RecordingReader, 'isComplete' | 'cutBytes' | 'damagedChunks'>): string[] {
  return [
    ...(isComplete ? [] : [`was cut off: ${cutBytes} bytes at its end cannot be used`]),
    ...(damagedChunks > 0 ? [`has ${damagedChunksText(damagedChunks)}`] : []),
  ];
}
