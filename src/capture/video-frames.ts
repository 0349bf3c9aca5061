import { type ProcessExit, RawFrameProcess } from '../codec/raw-frame-process.js';
import { type DecodedFrameFacts, ShowinfoLines } from '../codec/video/showinfo-lines.js';

/** The frames of one file: pixels as rgb24, all of the first frame's size, and facts about each frame. */
export class VideoFrames {
  readonly #process: RawFrameProcess;
  readonly #lines: ShowinfoLines;

  private constructor(process: RawFrameProcess, lines: ShowinfoLines) {
    this.#process = process;
    this.#lines = lines;
  }

  /** Rejects with ERR_TOOL_MISSING. `passthrough` names ffmpeg's option that keeps every frame. */
  static async start(
    ffmpegPath: string,
    input: string,
    passthrough: '-vsync' | '-fps_mode',
  ): Promise<VideoFrames> {
    const decode = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info'];
    // With the container's own clock, so that packets without a frame can be told apart. ffmpeg applies the file's
    // rotation before all filters.
    decode.push('-copyts', '-i', input, '-map', '0:v:0');
    decode.push('-vf', 'showinfo=checksum=0', passthrough, 'passthrough');
    // The same bytes on every machine, whatever its vector instructions.
    decode.push('-sws_flags', '+accurate_rnd+bitexact');
    decode.push('-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1');
    const lines = new ShowinfoLines();
    const process = await RawFrameProcess.start(ffmpegPath, decode, lines);
    return new VideoFrames(process, lines);
  }

  /** Resolves with the facts of the next frame, whose pixels `readPixels` then reads; undefined after the last. */
  nextFacts(): Promise<DecodedFrameFacts | undefined> {
    return this.#lines.next();
  }

  /** Fills `into` and resolves with undefined; or with how the process ended before that. */
  async readPixels(into: Uint8Array): Promise<ProcessExit | undefined> {
    const exit = await this.#process.readFrame(into);
    return exit && { ...exit, lastWords: this.#lines.lastWords };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
