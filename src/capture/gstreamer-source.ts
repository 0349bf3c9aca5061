import type { FrameLayout } from '../frame/frame.js';
import type { FrameSource } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { LiveSource } from './live-source.js';
import { RawFrameProcess } from './raw-frame-process.js';

export interface GstreamerOptions {
  /** Size of the frames; when left out, the last `width=` and `height=` in the description. */
  widthPx?: number;
  heightPx?: number;
  /** rgb8 when left out. */
  format?: 'rgb8' | 'nv12';
  rateHz?: number;
  gstLaunchPath?: string;
  /** From a loss to the next attempt, milliseconds; 1000 when left out. */
  retryMs?: number;
}

/**
 * The frames of a GStreamer pipeline, given as `gst-launch-1.0` takes it and without a sink, such as
 * `nvarguscamerasrc ! video/x-raw(memory:NVMM),width=1280,height=720 ! nvvidconv`. A conversion to the format and a
 * sink are appended. Rejects with ERR_USAGE (no size known) or ERR_TOOL_MISSING.
 */
export async function openGstreamer(
  description: string,
  options: GstreamerOptions = {},
): Promise<FrameSource> {
  const { gstLaunchPath = 'gst-launch-1.0', rateHz, retryMs = 1000 } = options;
  const layout = gstreamerLayout(description, options);
  const { format, widthPx, heightPx } = layout;
  const caps = `video/x-raw,format=${format === 'rgb8' ? 'RGB' : 'NV12'},width=${widthPx},height=${heightPx}`;
  const sink = ['!', 'videoconvert', '!', caps, '!', 'fdsink', 'fd=1', 'sync=false'];
  const launch = ['-q', ...splitDescription(description), ...sink];
  return LiveSource.open({
    info: {
      name: `gstreamer:${description}`,
      layout,
      nominalRateHz: rateHz,
      frameCount: undefined,
    },
    start: () => RawFrameProcess.start(gstLaunchPath, launch),
    program: 'gst-launch-1.0',
    endsInOrder: true,
    retryMs,
  });
}

/** GStreamer pads each row to a multiple of four bytes. */
function gstreamerLayout(description: string, options: GstreamerOptions): FrameLayout {
  const { format = 'rgb8' } = options;
  const widthPx = options.widthPx ?? lastNumber(description, 'width');
  const heightPx = options.heightPx ?? lastNumber(description, 'height');
  if (widthPx === undefined || heightPx === undefined) {
    throw new PerceptionError(
      'ERR_USAGE',
      `expected width= and height= in the GStreamer pipeline, found none: ${description}`,
    );
  }
  if (format === 'nv12' && heightPx % 2 === 1) {
    throw new PerceptionError('ERR_USAGE', `expected an even height for NV12, found ${heightPx}`);
  }
  const packedBytes = format === 'rgb8' ? widthPx * 3 : widthPx;
  return { format, widthPx, heightPx, strideBytes: Math.ceil(packedBytes / 4) * 4 };
}

function lastNumber(description: string, name: string): number | undefined {
  const pattern = new RegExp(`\\b${name}\\s*=\\s*(?:\\(int\\)\\s*)?(\\d+)`, 'g');
  const found = [...description.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Into arguments at white space outside of double quotes: no shell sees the description. */
function splitDescription(description: string): string[] {
  return description.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}
