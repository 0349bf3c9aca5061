import { existsSync } from 'node:fs';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { askControls } from './camera-controls.js';
import { FfmpegStream, type FoundStream } from './ffmpeg-stream.js';
import { JpegStream } from './jpeg-stream.js';
import { LiveSource } from './live-source.js';
import { type AskedMode, splitAsked } from './source-address.js';

export interface CameraOptions {
  /** Requested size; the camera may choose another, which the frames then have. */
  widthPx?: number;
  heightPx?: number;
  rateHz?: number;
  /** Format of the frames; rgb8 when left out. */
  format?: 'rgb8' | 'nv12';
  ffmpegPath?: string;
  /** `true`: also deliver each frame as the camera gives it; the camera must give MJPEG. */
  keepsCoded?: boolean | 'if-free';
  /** Program that sets exposure and colour, if they are requested. */
  v4l2CtlPath?: string;
  /** From a loss to the first attempt, milliseconds; 100 when left out. */
  retryMs?: number;
  /** No frame for this long is a loss, milliseconds; 3000 when left out. */
  stallMs?: number;
}

/**
 * A camera of Video4Linux, such as `/dev/video0?size=1280x720&rate=30&format=mjpeg&exposure=5`, read by `ffmpeg`;
 * exposure and colour are set with `v4l2-ctl`, again after each loss. The camera replaces modes that it does not have:
 * the notes then say what came. Rejects with ERR_SOURCE_MISSING (no such device), ERR_TOOL_MISSING, ERR_USAGE or
 * ERR_SOURCE_FORMAT (no video from it, for example if the device is busy).
 */
export async function openCamera(
  location: string,
  options: CameraOptions = {},
): Promise<FrameSource> {
  const { place: device, asked } = splitAsked(location, '?');
  if (!existsSync(device)) {
    throw new PerceptionError('ERR_SOURCE_MISSING', `there is no camera ${device}`);
  }
  refuseTwoModes(device, asked, options);
  const { format, controls = {}, ...mode } = { ...askedIn(options), ...asked };
  const input = ['-f', 'v4l2'];
  if (format !== undefined) input.push('-input_format', format);
  if (mode.widthPx !== undefined && mode.heightPx !== undefined)
    input.push('-video_size', `${mode.widthPx}x${mode.heightPx}`);
  if (mode.rateHz !== undefined) input.push('-framerate', `${mode.rateHz}`);
  const frames = format === 'nv12' ? 'nv12' : (options.format ?? 'rgb8');
  return openFfmpegStream([...input, '-i', device], device, {
    ...options,
    format: frames,
    asked: { ...mode, ...(format !== undefined && { format }) },
    prepare: () => askControls(device, controls, options.v4l2CtlPath),
    ...(mode.stallMs !== undefined && { stallMs: mode.stallMs }),
  });
}

/** Any live input of ffmpeg, given by its arguments, `-i` and name last. Rejects as openCamera does. */
export async function openFfmpegStream(
  input: readonly string[],
  name: string,
  options: CameraOptions & {
    asked?: AskedMode;
    /** Called before each start of ffmpeg; resolves with notes about it. */
    prepare?: () => Promise<readonly string[]>;
  } = {},
): Promise<FrameSource> {
  const { ffmpegPath = 'ffmpeg', format = 'rgb8', asked = {}, retryMs, stallMs } = options;
  const { prepare = async () => [] } = options;
  const prepared = await prepare();
  const open = (signal?: AbortSignal): Promise<FoundStream> =>
    options.keepsCoded === true
      ? JpegStream.start({ ffmpegPath, input, name }, signal)
      : FfmpegStream.start({ ffmpegPath, input, name, format }, signal);
  // A camera that was unplugged has forgotten its settings.
  const start = async (signal?: AbortSignal) => {
    await prepare();
    return open(signal);
  };
  const first = await open();
  return LiveSource.open(
    {
      info: {
        name,
        layout: first.layout,
        nominalRateHz: first.rateHz ?? asked.rateHz,
        frameCount: undefined,
        ...(first.codedBytes !== undefined && { codedBytes: first.codedBytes }),
      },
      start,
      program: 'ffmpeg',
      endsInOrder: false,
      retryMs,
      stallMs,
      notes: [[describeMode(name, asked, first), ...prepared].join('; ')],
    },
    first,
  );
}

/** Brackets may hold others: MPEG-TS has `h264 (High) ([27][0][0][0] / 0x001B), yuv420p`. */
function withoutBrackets(text: string): string {
  const fewer = text.replaceAll(/ ?(\([^()[\]]*\)|\[[^()[\]]*\])/g, '');
  return fewer === text ? text : withoutBrackets(fewer);
}

/** Returns the requested mode and the one that came, in one line. */
export function describeMode(
  name: string,
  asked: AskedMode,
  {
    layout,
    found,
    rateHz,
    codedBytes,
  }: Pick<FoundStream, 'layout' | 'found' | 'rateHz' | 'codedBytes'>,
): string {
  const size = asked.widthPx === undefined ? [] : [`${asked.widthPx}x${asked.heightPx}`];
  const rate = asked.rateHz === undefined ? [] : [`${asked.rateHz} Hz`];
  const words = [...size, ...rate, ...(asked.format === undefined ? [] : [asked.format])];
  // The codec is before the first comma outside brackets; its profile and tag do not matter here.
  const [codec = '', pixels = ''] = withoutBrackets(found).split(', ');
  const kinds = [codec, pixels].filter((word) => word !== '').join(' ');
  const came = `${layout.widthPx}x${layout.heightPx}${rateHz === undefined ? '' : ` at ${Number(rateHz.toFixed(2))} Hz`}${kinds === '' ? '' : `, ${kinds}`}; frames are ${layout.format}${codedBytes === undefined ? '' : ', and its own JPEG is kept'}`;
  return `${name}: ${words.length === 0 ? 'nothing was asked for' : `asked for ${words.join(', ')}`}; came ${came}`;
}

/** The address and the options may ask for the same thing, but not for two. */
function refuseTwoModes(device: string, inAddress: AskedMode, options: CameraOptions): void {
  for (const [key, what] of [
    ['widthPx', 'width'],
    ['heightPx', 'height'],
    ['rateHz', 'rate'],
  ] as const) {
    const [here, there] = [inAddress[key], options[key]];
    if (here !== undefined && there !== undefined && here !== there)
      throw new PerceptionError(
        'ERR_USAGE',
        `camera:${device}: expected one ${what}, found ${here} in the address and ${there} besides it`,
      );
  }
}

function askedIn({ widthPx, heightPx, rateHz }: CameraOptions): AskedMode {
  return {
    ...(widthPx !== undefined && { widthPx }),
    ...(heightPx !== undefined && { heightPx }),
    ...(rateHz !== undefined && { rateHz }),
  };
}
