import { isFfmpegOld } from '../codec/ffmpeg-version.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { type CameraOptions, openFfmpegStream } from './camera-source.js';
import { withoutCredentials } from './credentials.js';
import { usualStallMs } from './live-source.js';
import { splitAsked } from './source-address.js';

/**
 * Opens a network camera, `rtsp://…` over TCP or `http://…` with MJPEG or any other stream, read by `ffmpeg` with as
 * little buffering as possible. `format=nv12` and `stall=<seconds>` may follow a `#`, which no server sees. User names
 * and passwords in the address reach only ffmpeg: `info.name` and every message have them masked. Rejects with
 * ERR_TOOL_MISSING, ERR_USAGE or ERR_SOURCE_FORMAT (no video from it).
 */
export async function openNetworkCamera(
  location: string,
  options: CameraOptions = {},
): Promise<FrameSource> {
  const { place, asked } = splitAsked(location, '#', ['format', 'stall']);
  // The camera itself says how its stream is coded.
  if (asked.format !== undefined && asked.format !== 'nv12')
    throw new PerceptionError(
      'ERR_USAGE',
      `${withoutCredentials(location)}: format: expected nv12; found "${asked.format}"`,
    );
  const { ffmpegPath = 'ffmpeg', stallMs = asked.stallMs ?? usualStallMs } = options;
  // So that ffmpeg also ends on its own if this process was killed and cannot end it; microseconds.
  const timeout = `${Math.round(stallMs * 2000)}`;
  const isRtsp = /^rtsps?:/i.test(place);
  const input = ['-probesize', '500000', '-analyzeduration', '500000'];
  if (isRtsp) {
    const name = (await isFfmpegOld(ffmpegPath)) ? '-stimeout' : '-timeout';
    input.push('-rtsp_transport', 'tcp', name, timeout);
  } else input.push('-rw_timeout', timeout);
  return openFfmpegStream([...input, '-i', place], withoutCredentials(place), {
    ...options,
    stallMs,
    format: asked.format === 'nv12' ? 'nv12' : (options.format ?? 'rgb8'),
  });
}
