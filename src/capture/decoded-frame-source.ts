import type { DecodedImage } from '../codec/image-codec.js';
import { decodePlainJpegInto, plainJpeg } from '../codec/turbo-jpeg.js';
import { type FrameLayout, rowBytes } from '../frame/frame.js';
import type { FrameSource, SourceEnd, SourceFrame, SourceInfo } from '../frame/frame-source.js';
import { hasErrorCode, PerceptionError } from '../frame/perception-error.js';

/** A picture of a source before it is decoded. */
export interface EncodedFrame extends SourceFrame {
  /** Why the frame is to be skipped, if known beforehand. */
  problem?: string;
  /** Its bytes, if they may be a JPEG. */
  jpeg?: Uint8Array;
  /** Rejects if the picture cannot be decoded, or with ERR_FRAME_SIZE if its header gives another size. */
  decode(): Promise<DecodedImage>;
}

/** Number of pictures decoded at once: hides the decoder's time behind the reader's, and bounds the memory. */
const decodesAhead = 3;

type Ready =
  | { frame: EncodedFrame; image: DecodedImage }
  /** A plain JPEG of the right size, to be decoded straight into the slot. */
  | { frame: EncodedFrame; jpeg: Uint8Array }
  | { skipped: string };

export interface DecodedFrameOptions {
  info: SourceInfo;
  /** In order. */
  frames: AsyncGenerator<EncodedFrame, void, void>;
  /** Called at the end: returns frames lost before they could be decoded, by reason. */
  countMissing?(): Record<string, number>;
  /** Notes about the source; may grow while frames are decoded. */
  notes?: readonly string[];
  /** True if frames stored as plain JPEG are also delivered as such. */
  handsOnJpeg?: boolean;
  /** Called once, when the source is closed. */
  release?(): Promise<void>;
}

/** A source of separate pictures, decoded ahead by a few and handed out in order. */
export class DecodedFrameSource implements FrameSource {
  readonly info: SourceInfo;
  readonly skipped: Record<string, number> = {};
  readonly notes: readonly string[];
  readonly #options: DecodedFrameOptions;
  readonly #ahead: Promise<Ready | SourceEnd>[] = [];
  #end: SourceEnd | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: DecodedFrameOptions) {
    const { info, handsOnJpeg = false } = options;
    this.info = handsOnJpeg ? { ...info, codedBytes: codedRoom(info.layout) } : info;
    this.notes = options.notes ?? [];
    this.#options = options;
  }

  async read(into: Uint8Array): Promise<SourceFrame | SourceEnd> {
    while (this.#end === undefined) {
      while (this.#ahead.length < decodesAhead) this.#ahead.push(this.#decodeNext());
      const ready = await this.#ahead.shift()!;
      if (this.#end !== undefined) break;
      if ('kind' in ready) {
        if (ready.kind === 'ended') this.#addSkipped(this.#options.countMissing?.() ?? {});
        this.#end = ready;
      } else if ('skipped' in ready) this.#addSkipped({ [ready.skipped]: 1 });
      else {
        const filled = await this.#fill(ready, into);
        if (this.#end !== undefined) break;
        if (!('skipped' in filled)) return { ...plainFrame(ready.frame), ...filled };
        this.#addSkipped({ [filled.skipped]: 1 });
      }
    }
    return this.#end;
  }

  /**
   * Writes the pixels into the slot. Resolves with the JPEG that is handed on, if any, or with the reason for skipping.
   */
  async #fill(
    ready: Exclude<Ready, { skipped: string }>,
    into: Uint8Array,
  ): Promise<{ coded?: Uint8Array } | { skipped: string }> {
    const { layout } = this.info;
    if ('jpeg' in ready && decodePlainJpegInto(ready.jpeg, into))
      return this.#options.handsOnJpeg === true ? { coded: ready.jpeg } : {};
    const decoded = 'image' in ready ? ready : await this.#decode(ready.frame);
    if ('skipped' in decoded) return decoded;
    copyRows(decoded.image, into, layout.strideBytes);
    return {};
  }

  close(): Promise<void> {
    this.#end ??= { kind: 'ended' };
    this.#closed ??= this.#release();
    return this.#closed;
  }

  async #release(): Promise<void> {
    await Promise.all(this.#ahead.splice(0));
    await this.#options.frames.return();
    await this.#options.release?.();
  }

  async #decodeNext(): Promise<Ready | SourceEnd> {
    let frame: EncodedFrame;
    try {
      // A generator answers in the order of the calls, so that frames decoded in parallel stay in order.
      const next = await this.#options.frames.next();
      if (next.done) return { kind: 'ended' };
      frame = next.value;
    } catch (error) {
      return { kind: 'failed', error: asPerceptionError(error, this.info.name) };
    }
    if (frame.problem !== undefined) return { skipped: frame.problem };
    const { layout } = this.info;
    const plain = frame.jpeg && plainJpeg(frame.jpeg);
    if (plain !== undefined) {
      const isSize = plain.widthPx === layout.widthPx && plain.heightPx === layout.heightPx;
      if (!isSize) return { skipped: 'size' };
      if (layout.strideBytes === rowBytes('rgb8', layout.widthPx))
        return { frame, jpeg: frame.jpeg! };
    }
    return this.#decode(frame);
  }

  async #decode(
    frame: EncodedFrame,
  ): Promise<{ frame: EncodedFrame; image: DecodedImage } | { skipped: string }> {
    try {
      const image = await frame.decode();
      const { widthPx, heightPx } = this.info.layout;
      const isSize = image.widthPx === widthPx && image.heightPx === heightPx;
      return isSize ? { frame, image } : { skipped: 'size' };
    } catch (error) {
      const isSize = hasErrorCode(error) && error.code === 'ERR_FRAME_SIZE';
      return { skipped: isSize ? 'size' : 'undecodable' };
    }
  }

  #addSkipped(counts: Record<string, number>): void {
    for (const [reason, count] of Object.entries(counts)) {
      if (count > 0) this.skipped[reason] = (this.skipped[reason] ?? 0) + count;
    }
  }
}

/** Bytes for a JPEG of a frame: its tables, and 4 bits per pixel, more than photographs take at a camera's quality. */
const codedRoom = ({ widthPx, heightPx }: FrameLayout): number =>
  4096 + Math.ceil((widthPx * heightPx) / 2);

/** Returns the facts about a frame without its picture. */
function plainFrame({ id, sourceTimeNs, stampNs, driverSteeringRad }: EncodedFrame): SourceFrame {
  return {
    id,
    sourceTimeNs,
    stampNs,
    ...(driverSteeringRad !== undefined && { driverSteeringRad }),
  };
}

function copyRows(image: DecodedImage, into: Uint8Array, strideBytes: number): void {
  const packedBytes = rowBytes('rgb8', image.widthPx);
  if (strideBytes === packedBytes) {
    into.set(image.data);
    return;
  }
  for (let y = 0; y < image.heightPx; y++) {
    into.set(image.data.subarray(y * packedBytes, (y + 1) * packedBytes), y * strideBytes);
  }
}

function asPerceptionError(error: unknown, name: string): PerceptionError {
  if (hasErrorCode(error)) return error as PerceptionError;
  const reason = error instanceof Error ? error.message : String(error);
  return new PerceptionError('ERR_SOURCE_LOST', `cannot go on reading ${name}: ${reason}`, {
    cause: error,
  });
}
