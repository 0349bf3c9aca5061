import { existsSync } from 'node:fs';
import { packedRgbLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { ffprobeBeside, probeVideo } from './ffprobe.js';
import { LiveSource } from './live-source.js';
import { RawFrameProcess } from './raw-frame-process.js';

export interface CameraOptions {
  /** Asked of the camera; it may choose another size, which is then the frames'. */
  widthPx?: number;
  heightPx?: number;
  rateHz?: number;
  ffmpegPath?: string;
  ffprobePath?: string;
  /** From a loss to the next attempt, milliseconds; 1000 when left out. */
  retryMs?: number;
}

/**
 * A camera of Video4Linux, such as `/dev/video0`, read by `ffmpeg`. Rejects with ERR_SOURCE_MISSING (no such
 * device), ERR_TOOL_MISSING or ERR_SOURCE_FORMAT (no video from it).
 */
export async function openCamera(
  device: string,
  options: CameraOptions = {},
): Promise<FrameSource> {
  if (!existsSync(device)) {
    throw new PerceptionError('ERR_SOURCE_MISSING', `there is no camera ${device}`);
  }
  const input = ['-f', 'v4l2'];
  const { widthPx, heightPx, rateHz } = options;
  if (widthPx !== undefined && heightPx !== undefined) {
    input.push('-video_size', `${widthPx}x${heightPx}`);
  }
  if (rateHz !== undefined) input.push('-framerate', `${rateHz}`);
  return openFfmpegStream([...input, '-i', device], device, options);
}

/** Any live input of ffmpeg, given by its arguments, `-i` and name last. Rejects as openCamera does. */
export async function openFfmpegStream(
  input: readonly string[],
  name: string,
  options: CameraOptions = {},
): Promise<FrameSource> {
  const { ffmpegPath = 'ffmpeg', ffprobePath = ffprobeBeside(options.ffmpegPath) } = options;
  const facts = await probeVideo(ffprobePath, input, name, false);
  const live = ['-nostdin', '-v', 'error', '-fflags', 'nobuffer', ...input];
  live.push(facts.isOld ? '-vsync' : '-fps_mode', 'passthrough');
  live.push('-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1');
  return LiveSource.open({
    info: {
      name,
      layout: packedRgbLayout(facts.widthPx, facts.heightPx),
      nominalRateHz: facts.rateHz,
      frameCount: undefined,
    },
    start: () => RawFrameProcess.start(ffmpegPath, live),
    program: 'ffmpeg',
    endsInOrder: false,
    retryMs: options.retryMs ?? 1000,
  });
}
