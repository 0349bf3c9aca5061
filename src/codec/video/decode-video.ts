import type { DecodedImage } from '../image-codec.js';
import { type AccessUnit, readAccessUnit } from './access-unit.js';
import { type DecodedFrame, H264Decoder } from './h264-decoder.js';

/** A frame of a video, and the caller's item for it. */
export interface CodedFrame<T> {
  item: T;
  annexB: Uint8Array;
  /** True if frames before it are missing: it cannot be decoded unless it is a keyframe. */
  isAfterGap: boolean;
}

export interface ShownFrame<T> {
  item: T;
  /** Undefined if it cannot be decoded: damaged, or without the frames that it refers to. */
  image: DecodedImage | undefined;
}

/** Usual number of frames in the decoder. */
const usualAhead = 8;
/** A decoder that gives nothing for this long is fed more, milliseconds: damage makes it swallow frames. */
const patienceMs = 1000;
/** Frames swallowed in a row after which it is restarted. */
const mostAhead = 128;

/** Decodes a video from its first keyframe on; yields every frame once, in order. Rejects with ERR_TOOL_MISSING. */
export async function* decodeVideo<T>(
  frames: AsyncIterator<CodedFrame<T>>,
): AsyncGenerator<ShownFrame<T>, void, void> {
  const session = new DecodingSession<T>();
  try {
    let isOver = false;
    for (;;) {
      while (!isOver && session.wantsMore) {
        const next = await frames.next();
        if (next.done) isOver = true;
        else await session.push(next.value);
      }
      if (isOver) session.end();
      const shown = await session.shift();
      if (shown !== undefined) yield shown;
      else if (isOver && session.isEmpty) return;
    }
  } finally {
    await session.close();
    await frames.return?.();
  }
}

/** Frames on their way through a decoder, which may be started several times. */
class DecodingSession<T> {
  /** Frames in order; those without a number did not go into the decoder. */
  readonly #waiting: { item: T; number: number | undefined }[] = [];
  #decoder: H264Decoder | undefined;
  #coming: Promise<DecodedFrame | undefined> | undefined;
  #isInStep = false;
  #number = 0;
  #ahead = usualAhead;

  get wantsMore(): boolean {
    return this.#waiting.length < this.#ahead;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  async push({ item, annexB, isAfterGap }: CodedFrame<T>): Promise<void> {
    const unit = readAccessUnit(annexB);
    if (isAfterGap) this.#isInStep = false;
    if (unit.isKeyframe && unit.sequenceSets.length > 0) this.#isInStep = true;
    const number = this.#isInStep && unit.units.length > 0 ? await this.#feed(unit) : undefined;
    this.#waiting.push({ item, number });
  }

  end(): void {
    this.#decoder?.end();
  }

  /** Takes the oldest frame; undefined if its fate is not known yet. */
  async shift(): Promise<ShownFrame<T> | undefined> {
    const oldest = this.#waiting[0];
    if (oldest === undefined) return undefined;
    if (oldest.number === undefined) return this.#take(undefined);
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#take(undefined);
    this.#coming ??= decoder.next();
    const decoded = await withPatience(this.#coming);
    if (decoded === 'nothing yet') {
      this.#ahead = this.#waiting.length + usualAhead;
      if (this.#waiting.length >= mostAhead) await this.#giveUp();
      return undefined;
    }
    if (decoded === undefined) {
      await this.#giveUp();
      return undefined;
    }
    this.#ahead = usualAhead;
    if (decoded.number > oldest.number) return this.#take(undefined);
    this.#coming = undefined;
    return decoded.number === oldest.number ? this.#take(decoded.image) : undefined;
  }

  async close(): Promise<void> {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    await decoder?.stop();
    await this.#coming?.catch(() => undefined);
  }

  async #feed(unit: AccessUnit): Promise<number | undefined> {
    try {
      this.#decoder ??= await H264Decoder.start();
      this.#decoder.push(unit, this.#number);
      return this.#number++;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #take(image: DecodedImage | undefined): ShownFrame<T> {
    return { item: this.#waiting.shift()!.item, image };
  }

  /** Gives up the frames in the decoder; the next keyframe starts a new one. */
  async #giveUp(): Promise<void> {
    await this.close();
    this.#coming = undefined;
    this.#isInStep = false;
    this.#ahead = usualAhead;
    for (const frame of this.#waiting) frame.number = undefined;
  }
}

async function withPatience<V>(coming: Promise<V>): Promise<V | 'nothing yet'> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<'nothing yet'>((resolve) => {
    timer = setTimeout(() => resolve('nothing yet'), patienceMs);
  });
  try {
    return await Promise.race([coming, bound]);
  } finally {
    clearTimeout(timer);
  }
}
