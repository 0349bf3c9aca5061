import { RawFrameProcess } from '../codec/raw-frame-process.js';
import type { FrameLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { withoutCredentials } from './credentials.js';
import { LiveSource } from './live-source.js';
import { ProcessStream } from './process-stream.js';
import { isSameRate } from './same-rate.js';

export interface GstreamerOptions {
  /** Size of the frames, requested of the pipeline; when left out, the last `width=` and `height=` in the description. */
  widthPx?: number;
  heightPx?: number;
  /** When left out: nv12 if the pipeline's last `format=` says so, else rgb8. */
  format?: 'rgb8' | 'nv12';
  /** Requested of the pipeline, unless it names a `framerate=`. */
  rateHz?: number;
  gstLaunchPath?: string;
  /** From a loss to the first attempt, milliseconds; 100 when left out. */
  retryMs?: number;
  /** No frame for this long is a loss, milliseconds; 3000 when left out. */
  stallMs?: number;
}

/**
 * The frames of a GStreamer pipeline, given as `gst-launch-1.0` takes it and without a sink, such as
 * `nvarguscamerasrc ! video/x-raw(memory:NVMM),width=1280,height=720 ! nvvidconv`. A conversion to the format and a
 * sink are appended. Rejects with ERR_USAGE (no size known, or two) or ERR_TOOL_MISSING.
 */
export async function openGstreamer(
  description: string,
  options: GstreamerOptions = {},
): Promise<FrameSource> {
  const { gstLaunchPath = 'gst-launch-1.0', rateHz, retryMs, stallMs } = options;
  const layout = gstreamerLayout(description, options);
  const { format, widthPx, heightPx } = layout;
  const own = rateIn(description);
  refuseTwo(description, 'framerate', own, rateHz, isSameRate);
  const rate = own === undefined && rateHz !== undefined ? `,framerate=${fraction(rateHz)}` : '';
  const caps = `video/x-raw,format=${format === 'rgb8' ? 'RGB' : 'NV12'},width=${widthPx},height=${heightPx}${rate}`;
  const sink = ['!', 'videoconvert', '!', caps, '!', 'fdsink', 'fd=1', 'sync=false'];
  const launch = ['-q', ...splitDescription(description), ...sink];
  const start = async () =>
    new ProcessStream(await RawFrameProcess.start(gstLaunchPath, launch), layout);
  return LiveSource.open(
    {
      info: {
        name: withoutCredentials(`gstreamer:${description}`),
        layout,
        nominalRateHz: own ?? rateHz,
        frameCount: undefined,
      },
      start,
      program: 'gst-launch-1.0',
      endsInOrder: true,
      retryMs,
      stallMs,
    },
    await start(),
  );
}

/** GStreamer pads each row to a multiple of four bytes. */
function gstreamerLayout(description: string, options: GstreamerOptions): FrameLayout {
  const format = options.format ?? (isNv12(description) ? 'nv12' : 'rgb8');
  const [ownWidthPx, ownHeightPx] = [
    lastNumber(description, 'width'),
    lastNumber(description, 'height'),
  ];
  refuseTwo(description, 'width', ownWidthPx, options.widthPx);
  refuseTwo(description, 'height', ownHeightPx, options.heightPx);
  const widthPx = options.widthPx ?? ownWidthPx;
  const heightPx = options.heightPx ?? ownHeightPx;
  if (widthPx === undefined || heightPx === undefined) {
    throw new PerceptionError(
      'ERR_USAGE',
      `expected width= and height= in the GStreamer pipeline, found none: ${withoutCredentials(description)}`,
    );
  }
  if (format === 'nv12' && heightPx % 2 === 1) {
    throw new PerceptionError('ERR_USAGE', `expected an even height for NV12, found ${heightPx}`);
  }
  const packedBytes = format === 'rgb8' ? widthPx * 3 : widthPx;
  return { format, widthPx, heightPx, strideBytes: Math.ceil(packedBytes / 4) * 4 };
}

/** The pipeline and the options may ask for the same thing, but not for two. */
function refuseTwo(
  description: string,
  name: string,
  own: number | undefined,
  asked: number | undefined,
  isSame: (a: number, b: number) => boolean = (a, b) => a === b,
): void {
  if (own === undefined || asked === undefined || isSame(own, asked)) return;
  throw new PerceptionError(
    'ERR_USAGE',
    `expected one ${name}, found ${Number(own.toFixed(2))} in the GStreamer pipeline and ${asked} besides it: ${withoutCredentials(description)}`,
  );
}

/** A rate as a fraction, those of television (29.97) as exact ones: GStreamer compares fractions. */
function fraction(rateHz: number): string {
  const whole = Math.round(rateHz);
  if (rateHz === whole) return `${whole}/1`;
  const isTelevision = Math.abs(rateHz - (whole * 1000) / 1001) < 0.005;
  return isTelevision ? `${whole * 1000}/1001` : `${Math.round(rateHz * 1000)}/1000`;
}

function lastNumber(description: string, name: string): number | undefined {
  const pattern = new RegExp(`\\b${name}\\s*=\\s*(?:\\(int\\)\\s*)?(\\d+)`, 'g');
  const found = [...description.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

const isNv12 = (description: string): boolean =>
  [...description.matchAll(/\bformat\s*=\s*(?:\(string\)\s*)?(\w+)/g)].at(-1)?.[1] === 'NV12';

/** The last `framerate=30/1`. */
function rateIn(description: string): number | undefined {
  const pattern = /\bframerate\s*=\s*(?:\(fraction\)\s*)?(\d+)\/(\d+)/g;
  const [, frames, seconds] = [...description.matchAll(pattern)].at(-1) ?? [];
  const rateHz = Number(frames) / Number(seconds);
  return rateHz > 0 && rateHz <= 1000 ? rateHz : undefined;
}

/** Splits into arguments at white space outside double quotes: no shell sees the description. */
function splitDescription(description: string): string[] {
  return description.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}
