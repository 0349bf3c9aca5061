import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MCAP_MAGIC } from '@mcap/core';
import { pictureExtensions } from '../codec/picture-file.js';
import { PerceptionError } from '../frame/perception-error.js';
import { isDonkeycarTub } from '../recording/donkeycar-tub.js';
import { describeKind, readBytes } from '../recording/file-bytes.js';
import { chosenCameraOf } from '../recording/recorded-cameras.js';
import { isUdacityFolder } from '../recording/udacity-log.js';
import { otherRecording } from './other-recording.js';
import type { PathKind } from './source-table.js';

/**
 * Resolves with the kind of source at a path. Rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY, ERR_SOURCE_FORMAT or
 * ERR_RECORDING.
 */
export async function recogniseSource(location: string): Promise<PathKind> {
  const { path } = chosenCameraOf(location);
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message =
      cause.code === 'ENOENT' ? `there is nothing at ${path}` : `cannot read ${path}: ${cause}`;
    throw new PerceptionError('ERR_SOURCE_MISSING', message, { cause });
  });
  if (stats.isDirectory()) {
    if (isUdacityFolder(path)) return 'udacity';
    return isDonkeycarTub(path) ? 'donkeycar' : 'folder';
  }
  if (!stats.isFile()) {
    const hint = stats.isCharacterDevice() ? `: a camera is named camera:${path}` : '';
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected a file or a folder, found ${describeKind(stats)}: ${path}${hint}`,
    );
  }
  if (stats.size === 0) {
    throw new PerceptionError('ERR_SOURCE_EMPTY', `the file is empty: ${path}`);
  }
  const extension = extname(path).toLowerCase();
  if (pictureExtensions.includes(extension)) return 'picture';
  if (extension === '.yaml' || extension === '.yml')
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected a drive, found a YAML file: ${path}; a pipeline file is run by \`windshield run ${path}\``,
    );
  // By its bytes, not its name; a recording with a broken start gets an error that says so.
  const start = await startOf(path);
  const isRecording = MCAP_MAGIC.every((byte, i) => start[i] === byte);
  if (extension === '.mcap' || isRecording) return 'recording';
  refuseOtherRecordings(path, start);
  return 'video';
}

/** Refuses recordings of other kinds, by their first bytes, and names the command that converts each. */
function refuseOtherRecordings(path: string, start: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(start);
  if (text.startsWith('#ROSBAG V'))
    throw otherRecording(path, 'a ROS 1 bag', 'mcap convert drive.bag drive.mcap');
  if (text.startsWith('SQLite format 3'))
    throw otherRecording(path, 'a ROS 2 bag in SQLite', 'mcap convert drive.db3 drive.mcap');
}

async function startOf(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    return await readBytes(handle, 0, 16);
  } finally {
    await handle.close();
  }
}
