import { isFfmpegOld } from '../ffmpeg-version.js';
import type { DecodedImage } from '../image-codec.js';
import { RawFrameProcess } from '../raw-frame-process.js';
import type { AccessUnit } from './access-unit.js';
import { flvHead, flvTags } from './flv.js';
import { ShowinfoLines } from './showinfo-lines.js';

/** A decoded frame, with the number that it was pushed with. */
export interface DecodedFrame {
  number: number;
  /** Undefined if its size is not that of the first frame: ffmpeg has then scaled it. */
  image: DecodedImage | undefined;
}

/**
 * Decodes frames of H.264 with ffmpeg in a child process. Each frame goes in with a number and comes out with it, so that
 * only a frame that cannot be decoded is missing. The same bytes on every machine. Stop it when done.
 */
export class H264Decoder {
  readonly #process: RawFrameProcess;
  readonly #lines: ShowinfoLines;
  #size: { widthPx: number; heightPx: number } | undefined;

  private constructor(process: RawFrameProcess, lines: ShowinfoLines) {
    this.#process = process;
    this.#lines = lines;
    process.input!.write(flvHead());
  }

  /** Rejects with ERR_TOOL_MISSING. */
  static async start(ffmpegPath = 'ffmpeg'): Promise<H264Decoder> {
    const passthrough = (await isFfmpegOld(ffmpegPath)) ? '-vsync' : '-fps_mode';
    const words = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info'];
    // One thread decodes a frame before it reads the next one; several would wait for more.
    words.push('-flags', 'low_delay', '-threads', '1', '-copyts');
    words.push('-probesize', '32', '-analyzeduration', '0', '-f', 'flv', '-i', 'pipe:0');
    words.push('-map', '0:v:0', '-vf', 'showinfo=checksum=0', passthrough, 'passthrough');
    words.push('-sws_flags', '+accurate_rnd+bitexact', '-flush_packets', '1');
    words.push('-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1');
    const lines = new ShowinfoLines();
    const process = await RawFrameProcess.start(ffmpegPath, words, lines, undefined, {
      takesInput: true,
    });
    return new H264Decoder(process, lines);
  }

  /** The last error line of ffmpeg. */
  get lastWords(): string {
    return this.#lines.lastWords;
  }

  /** Takes the next frame; numbers must rise. Throws RangeError for one of 16 MB or more. */
  push(unit: AccessUnit, number: number): void {
    for (const tag of flvTags(unit, number)) this.#process.input!.write(tag);
  }

  /** Ends the input; frames that were pushed still come out. */
  end(): void {
    this.#process.input!.end();
  }

  /** Resolves with the next decoded frame; undefined if no more come. Calls must not overlap. */
  async next(): Promise<DecodedFrame | undefined> {
    const facts = await this.#lines.next();
    if (facts === undefined) return undefined;
    const { widthPx, heightPx, timeS } = facts;
    this.#size ??= { widthPx, heightPx };
    const data = new Uint8Array(this.#size.widthPx * this.#size.heightPx * 3);
    if ((await this.#process.readFrame(data)) !== undefined) return undefined;
    const isSize = widthPx === this.#size.widthPx && heightPx === this.#size.heightPx;
    const number = Math.round((timeS ?? Number.NaN) * 1000);
    return { number, image: isSize ? { widthPx, heightPx, data } : undefined };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
