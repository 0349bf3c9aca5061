import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type FrameLayout, frameBytes, rowBytes } from '../../frame/frame.js';
import { PerceptionError } from '../../frame/perception-error.js';
import { isFfmpegOld } from '../ffmpeg-version.js';
import { FlvFrames } from './flv.js';

export interface H264Options {
  layout: FrameLayout;
  /** Approximate frames per second, 30 by default. Sets only the distance between keyframes, not the frames' times. */
  rateHz?: number | undefined;
  /** 1 to 100, like JPEG's. */
  quality: number;
  ffmpegPath?: string | undefined;
}

/** Rate of a source that does not state its own. */
const usualRateHz = 30;
/** Longest time between keyframes: bounds what must be decoded to show a frame, and where a recording can be cut. */
const keyframeSeconds = 1;

interface Waiting {
  resolve(frame: Uint8Array): void;
  reject(error: unknown): void;
}

/**
 * Encodes frames as H.264 with libx264 in an ffmpeg child process: one in, one out, in order; none refers to a later one.
 * Colours are BT.601 in limited range, like all NV12 frames here. Stop it when done.
 */
export class H264Encoder {
  readonly #ffmpegPath: string;
  readonly #words: readonly string[];
  readonly #ffmpeg: ChildProcessWithoutNullStreams;
  readonly #layout: FrameLayout;
  readonly #waiting: Waiting[] = [];
  /** Callbacks that free the memory of frames that ffmpeg has not read yet. */
  readonly #reading = new Set<() => void>();
  readonly #frames = new FlvFrames();
  readonly #closed: Promise<void>;
  #lastWords = '';
  #failure: PerceptionError | undefined;

  private constructor(ffmpegPath: string, words: readonly string[], layout: FrameLayout) {
    this.#ffmpegPath = ffmpegPath;
    this.#words = words;
    this.#layout = layout;
    // In its own process group: Ctrl-C must reach only the recorder, which lets the last frames come out.
    this.#ffmpeg = spawn(ffmpegPath, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const { stdin, stdout, stderr } = this.#ffmpeg;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-1000);
    });
    // A broken pipe shows as ffmpeg's exit, which says why.
    stdin.on('error', () => {});
    stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#closed = new Promise((resolve) => {
      this.#ffmpeg.on('error', (error) => {
        this.#lastWords = error.message;
      });
      this.#ffmpeg.on('close', (code, signal) => {
        this.#fail(signal === null ? `ended with code ${code}` : `was killed by ${signal}`);
        // After the process is gone, its pipe may never call back.
        for (const free of [...this.#reading]) free();
        resolve();
      });
    });
  }

  /**
   * Starts ffmpeg, after another one has encoded a blank frame. Rejects with ERR_TOOL_MISSING if there is no ffmpeg or it
   * lacks libx264, and ERR_FRAME_SIZE for an odd width or height: H.264 halves them for its colours.
   */
  static async start(options: H264Options): Promise<H264Encoder> {
    const { layout, ffmpegPath = 'ffmpeg' } = options;
    const { widthPx, heightPx } = layout;
    if (((widthPx | heightPx) & 1) === 1)
      throw new PerceptionError(
        'ERR_FRAME_SIZE',
        `expected an even width and height, to record H.264, found ${widthPx}x${heightPx}; record the pictures as jpeg`,
      );
    const passthrough = (await isFfmpegOld(ffmpegPath)) ? '-vsync' : '-fps_mode';
    const probe = new H264Encoder(ffmpegPath, argumentsOf(options, passthrough), layout);
    try {
      await probe.encode(new Uint8Array(frameBytes(layout))).coded;
    } catch (cause) {
      const reason = probe.#lastWords.trim().split('\n').at(-1);
      throw new PerceptionError(
        'ERR_TOOL_MISSING',
        `expected ${ffmpegPath} with the encoder libx264, to record H.264, found that it ${reason ? `says: ${reason}` : 'gives no frame'}`,
        { cause },
      );
    } finally {
      await probe.stop();
    }
    return probe.again();
  }

  /** Starts another encoder with the same options; it begins with a keyframe. */
  again(): H264Encoder {
    return new H264Encoder(this.#ffmpegPath, this.#words, this.#layout);
  }

  get pid(): number | undefined {
    return this.#ffmpeg.pid;
  }

  /** Set if ffmpeg has ended: no more frames come. */
  get failure(): PerceptionError | undefined {
    return this.#failure;
  }

  /** Number of frames that were taken and have not come out yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Encodes a frame. `read` resolves when its memory is free again, whatever becomes of the frame; `coded` resolves with
   * Annex B, parameter sets before a keyframe, owned by the caller, or rejects with ERR_SOURCE_LOST if ffmpeg ends first.
   */
  encode(pixels: Uint8Array): { read: Promise<void>; coded: Promise<Uint8Array> } {
    const coded = new Promise<Uint8Array>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiting.push({ resolve, reject });
    });
    coded.catch(() => undefined);
    const read = new Promise<void>((resolve) => {
      if (this.#failure !== undefined) return resolve();
      const free = () => {
        this.#reading.delete(free);
        resolve();
      };
      this.#reading.add(free);
      this.#write(pixels, free);
    });
    return { read, coded };
  }

  /** Kills ffmpeg; frames that have not come out are lost. */
  async stop(): Promise<void> {
    this.#ffmpeg.kill('SIGKILL');
    await this.#closed;
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const frame of this.#frames.take(bytes)) this.#waiting.shift()?.resolve(frame);
    } catch (error) {
      this.#lastWords = String(error);
      this.#ffmpeg.kill('SIGKILL');
    }
  }

  #fail(how: string): void {
    const words = this.#lastWords.trim().split('\n').at(-1) ?? '';
    this.#failure ??= new PerceptionError(
      'ERR_SOURCE_LOST',
      `ffmpeg, which encodes the pictures, ${how}${words === '' ? '' : `: ${words}`}`,
    );
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  /** Writes the rows without their padding, without copying them. */
  #write({ buffer, byteOffset, length }: Uint8Array, done: () => void): void {
    const { strideBytes, format, widthPx } = this.#layout;
    const packedBytes = rowBytes(format, widthPx);
    const { stdin } = this.#ffmpeg;
    const view = (offset: number, bytes: number) =>
      Buffer.from(buffer as ArrayBuffer, byteOffset + offset, bytes);
    if (packedBytes === strideBytes) {
      stdin.write(view(0, length), done);
      return;
    }
    const rows = rowsOf(this.#layout);
    stdin.cork();
    for (let row = 0; row < rows; row++)
      stdin.write(view(row * strideBytes, packedBytes), row === rows - 1 ? done : undefined);
    stdin.uncork();
  }
}

/** Number of rows of bytes: in NV12 those of chroma follow those of luma. */
function rowsOf({ format, heightPx }: FrameLayout): number {
  return format === 'nv12' ? heightPx + (heightPx >> 1) : heightPx;
}

function argumentsOf(
  { layout, rateHz = usualRateHz, quality }: H264Options,
  passthrough: string,
): string[] {
  const { format, widthPx, heightPx } = layout;
  const rate = Math.min(1000, Math.max(1, rateHz));
  const between = Math.max(1, Math.round(rate * keyframeSeconds));
  // CRF 20 for quality 90, 17 for 100; 51 is the worst.
  const factor = Math.round(51 - 0.34 * quality);
  const pixels = ['-f', 'rawvideo', '-pix_fmt', format === 'nv12' ? 'nv12' : 'rgb24'];
  const input = [
    ...pixels,
    '-s',
    `${widthPx}x${heightPx}`,
    '-framerate',
    `${rate}`,
    '-i',
    'pipe:0',
  ];
  const colours = 'scale=out_color_matrix=bt601:out_range=tv,format=yuv420p';
  const tags = ['-color_range', 'tv', '-colorspace', 'smpte170m'];
  // The number of threads changes the bytes: two on every machine.
  const speed = ['-preset', 'veryfast', '-tune', 'zerolatency', '-threads', '2', '-bf', '0'];
  const keys = ['-g', `${between}`, '-keyint_min', `${between}`, '-sc_threshold', '0'];
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error', ...input],
    ...['-vf', format === 'nv12' ? 'format=yuv420p' : colours, passthrough, 'passthrough'],
    ...['-c:v', 'libx264', ...speed, '-crf', `${factor}`, ...keys, ...tags],
    ...['-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', 'pipe:1'],
  ];
}
