import { isFfmpegOld } from '../codec/ffmpeg-version.js';
import type { FrameSource } from '../frame/frame-source.js';
import { type CameraOptions, openFfmpegStream } from './camera-source.js';
import { withoutCredentials } from './credentials.js';
import { usualStallMs } from './live-source.js';
import { splitAsked } from './source-address.js';

/**
 * A network camera, `rtsp://…` over TCP or `http://…` with MJPEG or any other stream, read by `ffmpeg` with as little
 * buffered as it can. Behind a `#`, which no server sees, may stand `format=nv12` and `stall=<seconds>`. Names and
 * passwords in the address reach ffmpeg alone: `info.name` and every message have them masked. Rejects with
 * ERR_TOOL_MISSING, ERR_USAGE or ERR_SOURCE_FORMAT (no video from it).
 */
export async function openNetworkCamera(
  location: string,
  options: CameraOptions = {},
): Promise<FrameSource> {
  const { place, asked } = splitAsked(location, '#', ['format', 'stall']);
  const { ffmpegPath = 'ffmpeg', stallMs = asked.stallMs ?? usualStallMs } = options;
  // ffmpeg ends by itself too, where this process was killed and can end it no more; microseconds.
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
