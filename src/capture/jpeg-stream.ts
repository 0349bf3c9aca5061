import { readJpegHeader } from '../codec/jpeg-header.js';
import { type ProcessExit, RawFrameProcess } from '../codec/raw-frame-process.js';
import { decodePlainJpegInto, plainJpeg } from '../codec/turbo-jpeg.js';
import { ShowinfoLines } from '../codec/video/showinfo-lines.js';
import { type FrameLayout, packedRgbLayout } from '../frame/frame.js';
import { PerceptionError } from '../frame/perception-error.js';
import { withoutCredentials } from './credentials.js';
import {
  type FfmpegStreamOptions,
  type FoundStream,
  noVideo,
  openInTime,
  stampOf,
  statedRate,
} from './ffmpeg-stream.js';
import type { StreamFrame } from './live-stream.js';
import { type PacketFacts, PacketLines } from './packet-lines.js';

/** JPEGs of cameras take a tenth of this; anything larger is not one. */
const mostBytesPerPixel = 2;

/**
 * A live input of ffmpeg that gives MJPEG: ffmpeg passes its packets on unchanged, and they are decoded here, by the
 * decoder that training uses. Each frame comes with the camera's own bytes. Buffers are made once, for the first frame's
 * size.
 */
export class JpegStream implements FoundStream {
  readonly layout: FrameLayout;
  readonly codedBytes: number;
  readonly found: string;
  readonly rateHz: number | undefined;
  readonly #process: RawFrameProcess;
  readonly #info: ShowinfoLines;
  readonly #packets: PacketLines;
  readonly #coded: Uint8Array;
  #first: { facts: PacketFacts; jpeg: Uint8Array } | undefined;

  private constructor(
    process: RawFrameProcess,
    info: ShowinfoLines,
    packets: PacketLines,
    first: { facts: PacketFacts; jpeg: Uint8Array; widthPx: number; heightPx: number },
  ) {
    this.#process = process;
    this.#info = info;
    this.#packets = packets;
    this.#first = first;
    this.layout = packedRgbLayout(first.widthPx, first.heightPx);
    this.codedBytes = mostBytesPerPixel * first.widthPx * first.heightPx;
    this.#coded = new Uint8Array(this.codedBytes);
    this.found = info.inputStream;
    const rate = /, ([\d.]+) fps/.exec(info.inputStream)?.[1];
    this.rateHz = statedRate(rate === undefined ? undefined : Number(rate), info.inputFormat);
  }

  /**
   * Starts ffmpeg and waits for the first JPEG, which sets the size. Rejects with ERR_TOOL_MISSING, or ERR_SOURCE_FORMAT
   * (no frame within 10 s, or not MJPEG).
   */
  static async start(
    options: Omit<FfmpegStreamOptions, 'format'>,
    signal?: AbortSignal,
  ): Promise<JpegStream> {
    const { ffmpegPath, input, name } = options;
    const copy = ['-map', '0:v:0', '-c:v', 'copy', '-flush_packets', '1'];
    const words = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info'];
    words.push('-fflags', 'nobuffer', '-flags', 'low_delay', '-copyts', ...input);
    words.push(...copy, '-f', 'framecrc', 'pipe:3', ...copy, '-f', 'mjpeg', 'pipe:1');
    const info = new ShowinfoLines();
    const packets = new PacketLines();
    const process = await RawFrameProcess.start(ffmpegPath, words, info, packets);
    return openInTime(process, signal, async () => {
      const facts = await packets.next();
      if (facts === undefined) throw await noVideo(options, process, info);
      const jpeg = new Uint8Array(facts.lengthBytes);
      if ((await process.readFrame(jpeg)) !== undefined)
        throw await noVideo(options, process, info);
      const size = readJpegHeader(jpeg);
      if (!info.inputStream.startsWith('mjpeg') || size === undefined)
        throw new PerceptionError(
          'ERR_SOURCE_FORMAT',
          withoutCredentials(
            `expected MJPEG from ${name}, to keep its pictures untouched, found ${info.inputStream.split(',')[0] || 'other pictures'}; record them as jpeg or h264, or ask the camera for format=mjpeg`,
          ),
        );
      return new JpegStream(process, info, packets, { facts, jpeg, ...size });
    });
  }

  async read(into: Uint8Array): Promise<StreamFrame | ProcessExit> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return this.#decode(first.jpeg, first.facts, into);
    const facts = await this.#packets.next();
    if (facts === undefined || facts.lengthBytes > this.codedBytes) {
      // Without a further packet the process has ended; a packet too large cannot be a picture.
      if (facts !== undefined) await this.#process.stop();
      const exit = await this.#process.readFrame(this.#coded);
      return exit ? { ...exit, lastWords: this.#info.lastWords } : { isDamaged: true };
    }
    const jpeg = this.#coded.subarray(0, facts.lengthBytes);
    const exit = await this.#process.readFrame(jpeg);
    if (exit !== undefined) return { ...exit, lastWords: this.#info.lastWords };
    return this.#decode(jpeg, facts, into);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  #decode(jpeg: Uint8Array, { timeS }: PacketFacts, into: Uint8Array): StreamFrame {
    const stamp = stampOf(timeS, this.#info.inputFormat);
    const frame = { coded: jpeg, ...(stamp && { stamp }) };
    const header = plainJpeg(jpeg);
    if (header === undefined) return { isDamaged: true };
    const { widthPx, heightPx } = header;
    if (widthPx !== this.layout.widthPx || heightPx !== this.layout.heightPx)
      return { ...frame, wrongSize: `${widthPx}x${heightPx}` };
    return decodePlainJpegInto(jpeg, into) ? frame : { isDamaged: true };
  }
}
