import { frameBytes } from '../frame/frame.js';
import {
  type FrameSource,
  isSourceEnd,
  type SourceEnd,
  type SourceFrame,
  type SourceInfo,
} from '../frame/frame-source.js';
import { PerceptionError } from '../frame/perception-error.js';

/** How a drive is played more than once. Plain data: it crosses threads. */
export interface RepeatOptions {
  /** Frames in all: the drive starts again at its end, or stops before it. */
  frameCount: number;
  /**
   * Decode this many of the drive's first frames beforehand and hand out copies of them in turn: nothing is read or
   * decoded while frames flow. When left out, every pass reads and decodes the drive again.
   */
  keptFrames?: number;
}

/**
 * Opens a drive that repeats until it has given `frameCount` frames. Ids, source times and stamps continue from pass to
 * pass as if the drive were longer, with one frame's time between the last frame and the first. Rejects with ERR_USAGE
 * for a live source, which has no end to repeat from, and with the errors of `open`.
 */
export async function openRepeated(
  open: () => Promise<FrameSource>,
  { frameCount, keptFrames }: RepeatOptions,
): Promise<FrameSource> {
  const first = await open();
  try {
    if (first.info.isLive)
      throw new PerceptionError('ERR_USAGE', `${first.info.name}: a live source cannot repeat`);
    if (keptFrames === undefined) return new RepeatedSource(first, open, frameCount);
    const kept = await keepFrames(first, keptFrames);
    await first.close();
    const pass = () => Promise.resolve(new KeptSource(first.info, kept));
    return new RepeatedSource(await pass(), pass, frameCount);
  } catch (error) {
    await first.close();
    throw error;
  }
}

class RepeatedSource implements FrameSource {
  readonly info: SourceInfo;
  readonly #open: () => Promise<FrameSource>;
  readonly #frameCount: number;
  #pass: FrameSource;
  /** Opened while the current pass plays, so that a repeat delays no frame. */
  #next: Promise<FrameSource>;
  /** Skipped in the passes that are over. */
  readonly #skippedBefore: Record<string, number> = {};
  #firstId = 0;
  #firstTimeNs = 0n;
  #last: SourceFrame = { id: -1, sourceTimeNs: 0n, stampNs: 0n };
  /** Id of the last frame within its pass; -1 before the first frame of a pass. */
  #lastPassId = -1;
  #end: SourceEnd | undefined;

  constructor(first: FrameSource, open: () => Promise<FrameSource>, frameCount: number) {
    this.info = { ...first.info, frameCount };
    this.#pass = first;
    this.#open = open;
    this.#frameCount = frameCount;
    this.#next = this.#openNext();
  }

  get skipped(): Readonly<Record<string, number>> {
    const sum = { ...this.#skippedBefore };
    for (const [reason, count] of Object.entries(this.#pass.skipped))
      sum[reason] = (sum[reason] ?? 0) + count;
    return sum;
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    while (this.#end === undefined) {
      if (this.#last.id + 1 >= this.#frameCount) {
        this.#end = { kind: 'ended' };
        break;
      }
      const result = await this.#pass.read(into);
      if (this.#end !== undefined) break;
      if (isSourceEnd(result)) this.#end = await this.#goRound(result);
      else {
        const id = this.#firstId + result.id;
        // Frames skipped on the way are counted; a frame after the end is not delivered.
        if (id >= this.#frameCount) this.#end = { kind: 'ended' };
        else return this.#continued(result, id);
      }
    }
    return this.#end;
  }

  async close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    const next = await this.#next.catch(() => undefined);
    await Promise.all([this.#pass.close(), next?.close()]);
  }

  #continued(frame: SourceFrame, id: number): SourceFrame {
    const { sourceTimeNs, stampNs } = frame;
    this.#last = { ...frame, id, sourceTimeNs: this.#firstTimeNs + sourceTimeNs };
    this.#lastPassId = frame.id;
    return { ...this.#last, stampNs: stampNs === 0n ? 0n : stampNs + this.#firstTimeNs };
  }

  /** Starts the next pass; resolves with an end if there is none. */
  async #goRound(end: SourceEnd): Promise<SourceEnd | undefined> {
    if (end.kind !== 'ended') return end;
    if (this.#lastPassId < 0) return end;
    for (const [reason, count] of Object.entries(this.#pass.skipped))
      this.#skippedBefore[reason] = (this.#skippedBefore[reason] ?? 0) + count;
    await this.#pass.close();
    try {
      this.#pass = await this.#next;
    } catch (error) {
      return { kind: 'failed', error: error as PerceptionError };
    }
    this.#next = this.#openNext();
    this.#firstTimeNs = this.#last.sourceTimeNs + this.#frameTimeNs();
    this.#firstId += Math.max(this.#lastPassId + 1, this.#pass.info.frameCount ?? 0);
    this.#last = { ...this.#last, id: this.#firstId - 1 };
    this.#lastPassId = -1;
    return undefined;
  }

  #frameTimeNs(): bigint {
    return BigInt(Math.round(1e9 / (this.info.nominalRateHz ?? 20)));
  }

  #openNext(): Promise<FrameSource> {
    const next = this.#open();
    // Awaited when the pass is over; an error is reported then.
    next.catch(() => {});
    return next;
  }
}

interface KeptFrame extends SourceFrame {
  pixels: Uint8Array;
}

async function keepFrames(source: FrameSource, count: number): Promise<KeptFrame[]> {
  const kept: KeptFrame[] = [];
  while (kept.length < count) {
    const pixels = new Uint8Array(frameBytes(source.info.layout));
    const result = await source.read(pixels);
    if (isSourceEnd(result)) {
      if (result.kind === 'ended') break;
      throw result.error;
    }
    // The source reuses its memory for the next frame.
    const coded = result.coded && { coded: Uint8Array.from(result.coded) };
    kept.push({ ...result, ...coded, id: kept.length, pixels });
  }
  return kept;
}

/** One pass over frames in memory. */
class KeptSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped = {};
  readonly #kept: readonly KeptFrame[];
  #position = 0;

  constructor(info: SourceInfo, kept: readonly KeptFrame[]) {
    this.info = { ...info, frameCount: kept.length };
    this.#kept = kept;
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    const kept = this.#kept[this.#position++];
    if (kept === undefined) return { kind: 'ended' };
    const { pixels, ...frame } = kept;
    into.set(pixels);
    return frame;
  }

  async close(): Promise<void> {
    this.#position = this.#kept.length;
  }
}
