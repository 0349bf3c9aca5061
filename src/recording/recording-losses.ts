import { counted } from '../text/counted.js';
import type { RecordingReader } from './recording-reader.js';

/** `1 damaged chunk`, `2 damaged chunks`. */
export const damagedChunksText = (count: number): string => counted(count, 'damaged chunk');

/** What could not be read of a recording, once it has been read: half-sentences that its name goes before. Empty for a whole one. */
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
