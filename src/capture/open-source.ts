import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MCAP_MAGIC } from '@mcap/core';
import { pictureExtensions } from '../codec/picture-file.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { readBytes } from '../recording/file-bytes.js';
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
  /** Frames a second of a folder of pictures (20 when left out), or asked of a camera. */
  rateHz?: number;
  /** Topic of the pictures in a recording; the first with pictures when left out. */
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
 * Opens what is there: a folder of pictures, a Udacity drive (a folder with `driving_log.csv`), a picture, an MCAP
 * recording, a video, `camera:<device>` or `gstreamer:<pipeline without sink>`. Rejects with ERR_SOURCE_MISSING,
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
    case 'folder':
      return openImageFolder(location, options);
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
): Promise<'udacity' | 'folder' | 'recording' | 'picture' | 'video'> {
  const stats = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const message =
      cause.code === 'ENOENT' ? `there is nothing at ${path}` : `cannot read ${path}: ${cause}`;
    throw new PerceptionError('ERR_SOURCE_MISSING', message, { cause });
  });
  if (stats.isDirectory()) return isUdacityFolder(path) ? 'udacity' : 'folder';
  if (stats.isFile() && stats.size === 0) {
    throw new PerceptionError('ERR_SOURCE_EMPTY', `the file is empty: ${path}`);
  }
  const extension = extname(path).toLowerCase();
  if (pictureExtensions.includes(extension)) return 'picture';
  // By its bytes, not its name; a recording with a broken start gets an error that says so.
  if (extension === '.mcap' || (await startsLikeRecording(path))) return 'recording';
  return 'video';
}

async function startsLikeRecording(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const start = await readBytes(handle, 0, MCAP_MAGIC.length);
    return MCAP_MAGIC.every((byte, i) => start[i] === byte);
  } finally {
    await handle.close();
  }
}
