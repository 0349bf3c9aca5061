import { basename } from 'node:path';
import { packedRgbLayout } from '../frame/frame.js';
import type { FrameSource, SourceEnd, SourceFrame, SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { ffprobeBeside, probeVideo, type VideoFacts } from './ffprobe.js';
import { cheapFileSha256 } from './file-hash.js';
import { describeExit, RawFrameProcess } from './raw-frame-process.js';

export interface VideoOptions {
  /** The programs; those on the search path when left out. ffprobe is looked for beside a given ffmpeg. */
  ffmpegPath?: string;
  ffprobePath?: string;
}

/** Rate of a video that does not say its own. */
const fallbackRateHz = 25;

/**
 * The frames of a video file, decoded by the system's `ffmpeg` in a child process, rgb8 as stored (not turned),
 * each at its presentation time, none doubled or left out to keep a rate. Skipped by reason: `truncated` (frames
 * that the file announces and does not hold, or that do not decode), `lost` (not read, because ffmpeg failed).
 * Rejects with ERR_TOOL_MISSING or ERR_SOURCE_FORMAT; a read ends as `failed` with ERR_SOURCE_LOST when ffmpeg is
 * killed or fails.
 */
export async function openVideo(path: string, options: VideoOptions = {}): Promise<FrameSource> {
  const { ffmpegPath = 'ffmpeg', ffprobePath = ffprobeBeside(options.ffmpegPath) } = options;
  // "file:" keeps ffmpeg from taking a name for an option or a protocol.
  const input = `file:${path}`;
  const facts = await probeVideo(ffprobePath, ['-i', input], path, true);
  const decode = ['-nostdin', '-v', 'error', '-noautorotate', '-i', input, '-map', '0:v:0'];
  decode.push(facts.isOld ? '-vsync' : '-fps_mode', 'passthrough');
  // The same bytes on every machine, whatever its vector instructions.
  decode.push('-sws_flags', '+accurate_rnd+bitexact');
  decode.push('-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1');
  const contentSha256 = await cheapFileSha256(path);
  const info: SourceInfo = {
    name: basename(path),
    layout: packedRgbLayout(facts.widthPx, facts.heightPx),
    nominalRateHz: facts.rateHz,
    frameCount: facts.announcedFrames ?? (facts.timesS.length || undefined),
    ...(contentSha256 !== undefined && { contentSha256 }),
  };
  return new VideoSource(info, facts, await RawFrameProcess.start(ffmpegPath, decode));
}

class VideoSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped: Record<string, number> = {};
  readonly #facts: VideoFacts;
  readonly #process: RawFrameProcess;
  #nextId = 0;
  #end: SourceEnd | undefined;

  constructor(info: SourceInfo, facts: VideoFacts, process: RawFrameProcess) {
    this.info = info;
    this.#facts = facts;
    this.#process = process;
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    if (this.#end !== undefined) return this.#end;
    const exit = await this.#process.readFrame(into);
    // Set meanwhile where the source was closed during this read.
    if (this.#end !== undefined) return this.#end;
    if (exit === undefined) {
      const id = this.#nextId++;
      return { id, sourceTimeNs: this.#timeNs(id), stampNs: 0n };
    }
    const { name, frameCount = this.#nextId } = this.info;
    const missing = frameCount - this.#nextId;
    const isFailure = exit.code !== 0;
    if (missing > 0) this.skipped[isFailure ? 'lost' : 'truncated'] = missing;
    if (!isFailure) this.#end = { kind: 'ended' };
    else {
      const message = `${describeExit('ffmpeg', exit)}, after ${this.#nextId} of ${frameCount} frames of ${name}`;
      this.#end = { kind: 'failed', error: new PerceptionError('ERR_SOURCE_LOST', message) };
    }
    return this.#end;
  }

  async close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    await this.#process.stop();
  }

  #timeNs(id: number): bigint {
    const { timesS, rateHz = fallbackRateHz } = this.#facts;
    const startS = timesS[0] ?? 0;
    const lastS = (timesS.at(-1) ?? 0) - startS;
    const seconds =
      id < timesS.length
        ? timesS[id]! - startS
        : // Frames that the index does not list follow at the nominal rate.
          lastS + (id - Math.max(0, timesS.length - 1)) / rateHz;
    return BigInt(Math.round(seconds * 1e9));
  }
}
