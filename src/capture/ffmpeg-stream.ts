import { isFfmpegOld } from '../codec/ffmpeg-version.js';
import { type ProcessExit, RawFrameProcess } from '../codec/raw-frame-process.js';
import { type DecodedFrameFacts, ShowinfoLines } from '../codec/video/showinfo-lines.js';
import type { FrameLayout } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import { withoutCredentials } from './credentials.js';
import type { LiveStream, StreamFrame } from './live-stream.js';
import type { StreamStamp } from './live-times.js';

/** Longest time from the start of ffmpeg to the first frame. */
const openMs = 10_000;
/** ffmpeg demuxers that derive times from a rate: their times are not stamps, and the rate is made up as well. */
const timelessFormats = /^(mpjpeg|mjpeg|\w+_pipe|image2|h264|hevc|rawvideo)$/;

export interface FfmpegStreamOptions {
  ffmpegPath: string;
  /** Arguments of the input, `-i` and its name last. */
  input: readonly string[];
  /** For messages. */
  name: string;
  format: 'rgb8' | 'nv12';
}

/** A live stream of ffmpeg, and the format that came. */
export interface FoundStream extends LiveStream {
  /** In ffmpeg's words, such as `mjpeg, yuvj422p, 1280x720, 30 fps`. */
  readonly found: string;
  readonly rateHz: number | undefined;
}

/** A live input of ffmpeg, decoded to raw frames with their stamps and sizes. */
export class FfmpegStream implements FoundStream {
  readonly layout: FrameLayout;
  readonly found: string;
  readonly rateHz: number | undefined;
  readonly #process: RawFrameProcess;
  readonly #lines: ShowinfoLines;
  #first: DecodedFrameFacts | undefined;

  private constructor(process: RawFrameProcess, lines: ShowinfoLines, facts: OpenFacts) {
    this.#process = process;
    this.#lines = lines;
    this.#first = facts.first;
    this.layout = facts.layout;
    this.found = lines.inputStream;
    this.rateHz = statedRate(lines.frameRateHz, lines.inputFormat);
  }

  /**
   * Starts ffmpeg and waits until it has decoded a frame, which sets the size. Rejects with ERR_TOOL_MISSING, or
   * ERR_SOURCE_FORMAT with ffmpeg's reason if no frame comes within 10 s.
   */
  static async start(options: FfmpegStreamOptions, signal?: AbortSignal): Promise<FfmpegStream> {
    const { ffmpegPath, input, format } = options;
    const isOld = await isFfmpegOld(ffmpegPath);
    const decode = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info'];
    decode.push('-fflags', 'nobuffer', '-flags', 'low_delay', '-copyts', ...input);
    // NV12 frames have no word about their colours: all are BT.601 of limited range, also those of an HD stream (BT.709).
    const colours = format === 'nv12' ? ',scale=out_color_matrix=bt601:out_range=tv' : '';
    decode.push('-map', '0:v:0', '-vf', `showinfo=checksum=0${colours}`);
    decode.push(isOld ? '-vsync' : '-fps_mode', 'passthrough', '-flush_packets', '1');
    decode.push('-f', 'rawvideo', '-pix_fmt', format === 'nv12' ? 'nv12' : 'rgb24', 'pipe:1');
    const lines = new ShowinfoLines();
    const process = await RawFrameProcess.start(ffmpegPath, decode, lines);
    return openInTime(process, signal, async () => {
      const first = await lines.next();
      if (first === undefined) throw await noVideo(options, process, lines);
      const { widthPx, heightPx } = first;
      const strideBytes = format === 'nv12' ? widthPx + (widthPx & 1) : widthPx * 3;
      const layout = { format, widthPx, heightPx, strideBytes };
      return new FfmpegStream(process, lines, { first, layout });
    });
  }

  async read(into: Uint8Array): Promise<StreamFrame | ProcessExit> {
    const facts = this.#first ?? (await this.#lines.next());
    this.#first = undefined;
    const exit = await this.#process.readFrame(into);
    if (exit !== undefined) return { ...exit, lastWords: this.#lines.lastWords };
    if (facts === undefined) return {};
    const { widthPx, heightPx } = facts;
    const isSize = widthPx === this.layout.widthPx && heightPx === this.layout.heightPx;
    const stamp = stampOf(facts.timeS, this.#lines.inputFormat);
    return {
      ...(stamp && { stamp }),
      ...(!isSize && { wrongSize: `${widthPx}x${heightPx}` }),
    };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

/** Waits for a stream's first frame. Ends the process if none comes in time, `signal` aborts, or `open` rejects. */
export async function openInTime<Stream>(
  process: RawFrameProcess,
  signal: AbortSignal | undefined,
  open: () => Promise<Stream>,
): Promise<Stream> {
  const stop = () => void process.stop();
  const timer = setTimeout(stop, openMs);
  signal?.addEventListener('abort', stop);
  try {
    if (signal?.aborted) stop();
    return await open();
  } catch (error) {
    await process.stop();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Returns the stamp for ffmpeg's time of a frame, with the clock of its input format; undefined if the time is made up.
 */
export function stampOf(timeS: number | undefined, inputFormat: string): StreamStamp | undefined {
  if (timeS === undefined || timelessFormats.test(inputFormat)) return undefined;
  const clock = inputFormat.includes('v4l2') ? 'monotonic' : 'stream';
  return { timeNs: BigInt(Math.round(timeS * 1e9)), clock };
}

/** Returns the rate that an input states; undefined if it is made up or not believed. */
export function statedRate(rateHz: number | undefined, inputFormat: string): number | undefined {
  const isStated = rateHz !== undefined && rateHz <= 1000 && !timelessFormats.test(inputFormat);
  return isStated ? rateHz : undefined;
}

interface OpenFacts {
  first: DecodedFrameFacts;
  layout: FrameLayout;
}

export async function noVideo(
  { name }: Pick<FfmpegStreamOptions, 'name'>,
  process: RawFrameProcess,
  { lastWords }: Pick<ShowinfoLines, 'lastWords'>,
): Promise<PerceptionError> {
  await process.stop();
  const reason = lastWords || `no frame within ${openMs / 1000} s`;
  return new PerceptionError(
    'ERR_SOURCE_FORMAT',
    withoutCredentials(`cannot read video ${name}: ${reason}`),
  );
}
