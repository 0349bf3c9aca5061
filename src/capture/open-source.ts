import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { MCAP_MAGIC } from '@mcap/core';
import { pictureExtensions } from '../codec/picture-file.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { isDonkeycarTub, readDonkeycarTub } from '../recording/donkeycar-tub.js';
import { describeKind, readBytes } from '../recording/file-bytes.js';
import { onePictureDrive } from '../recording/picture-drive.js';
import { isUdacityFolder } from '../recording/udacity-log.js';
import { openCamera } from './camera-source.js';
import { openGstreamer } from './gstreamer-source.js';
import { openImageFolder, openPictureDrive, openUdacityFolder } from './picture-source.js';
import { openRecording } from './recording-source.js';
import { openRepeated, type RepeatOptions } from './repeated-source.js';
import { openVideo } from './video-source.js';

/** What may be said of a source beside its place. Plain data: it crosses threads. */
export interface SourceOptions {
  /** Frames a second of pictures (20 when left out), or in place of a video's own times, or asked of a camera. */
  rateHz?: number;
  /** Topic of the pictures in a recording; that with the most pictures when left out. */
  topic?: string;
  /** Size asked of a camera or GStreamer pipeline, pixels. */
  widthPx?: number;
  heightPx?: number;
  /** Pixel format asked of a GStreamer pipeline; rgb8 when left out. */
  format?: 'rgb8' | 'nv12';
  /** Play a recorded drive round and round. */
  repeat?: RepeatOptions;
  /** Programs to use in place of those on the search path. */
  ffmpegPath?: string;
  ffprobePath?: string;
  gstLaunchPath?: string;
}

/**
 * Opens what is there: a folder of pictures, a Udacity drive (a folder with `driving_log.csv`), a picture, a donkeycar tub (a folder
 * with `manifest.json`), an MCAP recording, a ROS 2 bag in MCAP, a video, `camera:<device>` or `gstreamer:<pipeline without sink>`. Rejects with ERR_SOURCE_MISSING,
 * ERR_SOURCE_EMPTY, ERR_SOURCE_FORMAT, ERR_RECORDING, ERR_TOOL_MISSING or ERR_USAGE, in one clear line.
 */
export async function openSource(
  location: string,
  options: SourceOptions = {},
): Promise<FrameSource> {
  const { repeat, ...once } = options;
  if (repeat !== undefined) return openRepeated(() => openSource(location, once), repeat);
  if (location.startsWith('camera:')) return openCamera(location.slice('camera:'.length), options);
  if (location.startsWith('gstreamer:')) {
    return openGstreamer(location.slice('gstreamer:'.length), options);
  }
  switch (await recogniseSource(location)) {
    case 'udacity':
      return openUdacityFolder(location, options);
    case 'donkeycar':
      return openPictureDrive(await readDonkeycarTub(location, options.rateHz));
    case 'folder':
      return openFolder(location, options);
    case 'recording':
      return openRecording(location, options);
    case 'picture':
      return openPictureDrive(onePictureDrive(location));
    case 'video':
      return openVideo(location, options);
  }
}

/** What lies at a path; rejects with ERR_SOURCE_MISSING, ERR_SOURCE_EMPTY or ERR_RECORDING. */
export async function recogniseSource(
  path: string,
): Promise<'udacity' | 'donkeycar' | 'folder' | 'recording' | 'picture' | 'video'> {
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
  // By its bytes, not its name; a recording with a broken start gets an error that says so.
  const start = await startOf(path);
  const isRecording = MCAP_MAGIC.every((byte, i) => start[i] === byte);
  if (extension === '.mcap' || isRecording) return 'recording';
  refuseOtherRecordings(path, start);
  return 'video';
}

/** A folder of pictures; or what `ros2 bag record -s mcap` writes: a folder with one recording and its description. */
async function openFolder(dir: string, options: SourceOptions): Promise<FrameSource> {
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

/** Recordings of other kinds, by their first bytes, each with the way to convert it. */
function refuseOtherRecordings(path: string, start: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(start);
  if (text.startsWith('#ROSBAG V'))
    throw otherRecording(path, 'a ROS 1 bag', 'mcap convert drive.bag drive.mcap');
  if (text.startsWith('SQLite format 3'))
    throw otherRecording(path, 'a ROS 2 bag in SQLite', 'mcap convert drive.db3 drive.mcap');
}

function otherRecording(path: string, found: string, command: string): PerceptionError {
  return new PerceptionError(
    'ERR_RECORDING',
    `expected an MCAP recording, found ${found}: ${path}; \`${command}\` makes one`,
  );
}

async function startOf(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    return await readBytes(handle, 0, 16);
  } finally {
    await handle.close();
  }
}
