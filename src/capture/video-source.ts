import { basename } from 'node:path';
import { describeExit, type ProcessExit } from '../codec/raw-frame-process.js';
import type { DecodedFrameFacts } from '../codec/video/showinfo-lines.js';
import { type FrameLayout, packedRgbLayout } from '../frame/frame.js';
import type { FrameSource, SourceEnd, SourceFrame, SourceInfo } from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';
import { ffprobeBeside, probeVideo } from './ffprobe.js';
import { cheapFileSha256 } from './file-hash.js';
import { FramePlacer, type FrameSlots, planSlots } from './frame-slots.js';
import { VideoFrames } from './video-frames.js';

export interface VideoOptions {
  /** Frames per second, in place of the file's own times. */
  rateHz?: number;
  /** The programs; those on the search path when left out. ffprobe is searched for next to a given ffmpeg. */
  ffmpegPath?: string;
  ffprobePath?: string;
}

/**
 * Opens the frames of a video file, decoded by the system's `ffmpeg` in a child process: rgb8, rotated as the file says,
 * each at the decoder's presentation time, none doubled or left out to keep a rate. The first frame sets the size.
 * Skipped by reason: `size`, `undecodable` (the file lists it, the decoder left it out), `missing` (a place without a
 * picture), `truncated` (after the last frame that came), `lost` (not read, because ffmpeg failed). Rejects with
 * ERR_TOOL_MISSING or ERR_SOURCE_FORMAT; a read ends as `failed` with ERR_SOURCE_LOST if ffmpeg is killed or fails.
 */
export async function openVideo(path: string, options: VideoOptions = {}): Promise<FrameSource> {
  const { ffmpegPath = 'ffmpeg', ffprobePath = ffprobeBeside(options.ffmpegPath) } = options;
  // "file:" keeps ffmpeg from mistaking a name for an option or a protocol.
  const input = `file:${path}`;
  const facts = await probeVideo(ffprobePath, ['-i', input], path, true);
  const name = basename(path);
  const slots = planSlots(facts, name, options.rateHz);
  const contentSha256 = await cheapFileSha256(path);
  const passthrough = facts.isOld ? '-vsync' : '-fps_mode';
  const frames = await VideoFrames.start(ffmpegPath, input, passthrough);
  const first = await frames.nextFacts();
  if (first === undefined) {
    const exit = await frames.readPixels(new Uint8Array(1));
    await frames.stop();
    const reason = exit?.lastWords ? `: ${exit.lastWords}` : '';
    throw new PerceptionError(
      'ERR_SOURCE_FORMAT',
      `expected frames in video ${path}, found none that decodes${reason}`,
    );
  }
  const info: SourceInfo = {
    name,
    layout: packedRgbLayout(first.widthPx, first.heightPx),
    nominalRateHz:
      facts.rateHz === undefined && slots.note === undefined ? undefined : slots.rateHz,
    frameCount: slots.count,
    ...(contentSha256 !== undefined && { contentSha256 }),
  };
  const { turnDeg, widthPx, heightPx } = facts;
  const turned = `turned by ${turnDeg}° clockwise, as the file says: stored ${widthPx}x${heightPx}, shown ${first.widthPx}x${first.heightPx}`;
  const notes = [slots.note ?? [], turnDeg === 0 ? [] : turned].flat();
  return new VideoSource(path, info, slots, frames, first, notes);
}

class VideoSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped: Record<string, number> = {};
  readonly notes: readonly string[];
  readonly #slots: FrameSlots;
  readonly #placer: FramePlacer;
  readonly #frames: VideoFrames;
  #first: DecodedFrameFacts | undefined;
  #readCount = 0;
  #startS: number | undefined;
  #end: SourceEnd | undefined;

  constructor(
    /** Path of the video. */
    readonly path: string,
    info: SourceInfo,
    slots: FrameSlots,
    frames: VideoFrames,
    first: DecodedFrameFacts,
    notes: readonly string[],
  ) {
    this.info = info;
    this.notes = notes;
    this.#slots = slots;
    this.#placer = new FramePlacer(slots);
    this.#frames = frames;
    this.#first = first;
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    while (this.#end === undefined) {
      const facts = this.#first ?? (await this.#frames.nextFacts());
      this.#first = undefined;
      // If no more frames are announced, there are no more pixels either: this reads how the process ended.
      const exit = await this.#frames.readPixels(into);
      // Set if the source was closed during this read.
      if (this.#end !== undefined) break;
      if (exit !== undefined || facts === undefined) {
        this.#end = this.#ended(exit);
        break;
      }
      this.#readCount++;
      const before = this.#placer.lastId;
      const { id, timeS } = this.#placer.place(facts.timeS);
      this.#count(this.#slots.kind === 'grid' ? 'missing' : 'undecodable', id - before - 1);
      if (!isSize(facts, this.info.layout)) this.#count('size', 1);
      else {
        this.#startS ??= timeS;
        const sourceTimeNs = BigInt(Math.round((timeS - this.#startS) * 1e9));
        return { id, sourceTimeNs, stampNs: 0n };
      }
    }
    return this.#end;
  }

  async close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    await this.#frames.stop();
  }

  #ended(exit: ProcessExit | undefined): SourceEnd {
    const { frameCount = this.#placer.lastId + 1 } = this.info;
    const missing = frameCount - this.#placer.lastId - 1;
    const isFailure = exit !== undefined && exit.code !== 0;
    this.#count(isFailure ? 'lost' : 'truncated', missing);
    if (!isFailure) return { kind: 'ended' };
    const message = `${describeExit('ffmpeg', exit)}, after ${this.#readCount} of ${frameCount} frames of ${this.path}`;
    return { kind: 'failed', error: new PerceptionError('ERR_SOURCE_LOST', message) };
  }

  #count(reason: string, frames: number): void {
    if (frames > 0) this.skipped[reason] = (this.skipped[reason] ?? 0) + frames;
  }
}

const isSize = (facts: DecodedFrameFacts, { widthPx, heightPx }: FrameLayout) =>
  facts.widthPx === widthPx && facts.heightPx === heightPx;
