import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { otherRecording } from './other-recording.js';
import { openImageFolder } from './picture-source.js';
import { openRecording } from './recording-source.js';
import type { SourceOptions } from './source-options.js';

/**
 * Opens a folder of pictures, or a folder with one recording and its description, as `ros2 bag record -s mcap` writes it.
 */
export async function openFolder(dir: string, options: SourceOptions): Promise<FrameSource> {
  const names: string[] = await readdir(dir).catch(() => []);
  const recordings = names.filter((name) => name.endsWith('.mcap'));
  if (!names.includes('metadata.yaml') || recordings.length === 0) {
    if (names.includes('metadata.yaml') && names.some((name) => name.endsWith('.db3')))
      throw otherRecording(dir, 'a ROS 2 bag in SQLite', 'ros2 bag convert');
    return openImageFolder(dir, options);
  }
  if (recordings.length === 1) return openRecording(join(dir, recordings[0]!), options);
  throw new PerceptionError(
    'ERR_RECORDING',
    `expected one recording in the ROS 2 bag ${dir}, found ${recordings.length}: name one of them, such as ${join(dir, recordings[0]!)}`,
  );
}
