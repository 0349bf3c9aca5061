import { type FrameLayout, frameBytes, type PixelFormat, rowBytes } from './frame.js';
import { PerceptionError } from './perception-error.js';

/** A slot's data about its frame, apart from the pixels. */
export interface SlotHeader {
  /** Counts the source's frames from 0. */
  id: number;
  /** Monotonic, nanoseconds. */
  captureTimeNs: bigint;
  /** Nanoseconds since the Unix epoch; 0 when unknown. */
  stampNs: bigint;
  /** Nanoseconds since the source's first frame. */
  sourceTimeNs: bigint;
}

const magic = 0x52465357;
const formats: readonly PixelFormat[] = ['rgb8', 'nv12'];
/** Int32 words at the start: magic, slots, format, width, height, stride, times a slot became free, room for coded bytes. */
const headerWords = 8;
const freedWord = 6;
const codedRoomWord = 7;
/** BigInt64 words per slot: id, capture time, stamp, source time, coded bytes. */
const slotWords = 5;
/** Index of the last of these words. */
const codedLength = 4;
const maxSlots = 256;
/** Keeps slots on separate cache lines. */
const alignBytes = 64;
const alignUp = (bytes: number) => Math.ceil(bytes / alignBytes) * alignBytes;

/** A slot's state word: free, being written, or the number of its readers. */
const free = 0;
const writing = -1;

/** TypeScript's ES2022 library does not know it yet; Node 16 and later do. */
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number,
) => { value: string | Promise<string> };
const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };

/**
 * A fixed number of frame slots in one SharedArrayBuffer, shared by the thread that captures and the threads that read. A
 * slot is free, being written by one writer, or ready with a count of readers; the last reader's `release` frees it. All
 * transitions are atomic, so that a slot is never handed out twice; an invalid one (a release too many) throws
 * ERR_INTERNAL instead of corrupting a frame. Nothing is allocated per frame.
 */
export class FrameRing {
  /** Post this to another thread, and `attach` there. */
  readonly shared: SharedArrayBuffer;
  readonly layout: Readonly<FrameLayout>;
  readonly slotCount: number;
  readonly #words: Int32Array;
  readonly #states: Int32Array;
  readonly #headers: BigInt64Array;
  readonly #pixels: readonly Uint8Array[];
  readonly #coded: readonly Uint8Array[];
  #cursor = 0;

  private constructor(
    shared: SharedArrayBuffer,
    layout: FrameLayout,
    slotCount: number,
    codedBytes: number,
  ) {
    const { statesOffset, headersOffset, pixelsOffset, slotBytes, codedOffset } = places(
      layout,
      slotCount,
      codedBytes,
    );
    this.shared = shared;
    this.layout = Object.freeze({ ...layout });
    this.slotCount = slotCount;
    this.#words = new Int32Array(shared, 0, headerWords);
    this.#states = new Int32Array(shared, statesOffset, slotCount);
    this.#headers = new BigInt64Array(shared, headersOffset, slotCount * slotWords);
    this.#pixels = Array.from(
      { length: slotCount },
      (_, slot) => new Uint8Array(shared, pixelsOffset + slot * slotBytes, frameBytes(layout)),
    );
    this.#coded = Array.from(
      { length: slotCount },
      (_, slot) => new Uint8Array(shared, codedOffset + slot * alignUp(codedBytes), codedBytes),
    );
  }

  /**
   * Allocates `slotCount` (1..256) slots for frames of this layout, each with room for `codedBytes` of the frame as the
   * camera gave it. Throws ERR_CONFIG for an impossible layout.
   */
  static create(layout: FrameLayout, slotCount: number, codedBytes = 0): FrameRing {
    checkLayout(layout, slotCount);
    const shared = new SharedArrayBuffer(places(layout, slotCount, codedBytes).totalBytes);
    new Int32Array(shared, 0, headerWords).set([
      magic,
      slotCount,
      formats.indexOf(layout.format),
      layout.widthPx,
      layout.heightPx,
      layout.strideBytes,
      0,
      codedBytes,
    ]);
    return new FrameRing(shared, layout, slotCount, codedBytes);
  }

  /** The same ring seen from another thread. Throws ERR_INTERNAL when the memory is not a ring's. */
  static attach(shared: SharedArrayBuffer): FrameRing {
    const words = shared.byteLength < headerWords * 4 ? [] : new Int32Array(shared, 0, headerWords);
    const [found, slotCount, format, widthPx, heightPx, strideBytes] = words as number[];
    if (found !== magic) {
      throw new PerceptionError('ERR_INTERNAL', 'expected the memory of a frame ring, found other');
    }
    const layout = { format: formats[format!]!, widthPx: widthPx!, heightPx: heightPx! };
    const codedBytes = (words as number[])[codedRoomWord]!;
    return new FrameRing(shared, { ...layout, strideBytes: strideBytes! }, slotCount!, codedBytes);
  }

  /** Returns a slot to write into, or -1 if none is free. Slots are taken in turn. End with `publish` or `abandon`. */
  tryAcquireForWrite(): number {
    for (let step = 0; step < this.slotCount; step++) {
      const slot = (this.#cursor + step) % this.slotCount;
      if (Atomics.compareExchange(this.#states, slot, free, writing) === free) {
        this.#cursor = (slot + 1) % this.slotCount;
        return slot;
      }
    }
    return -1;
  }

  /** Makes a written slot readable by `readerCount` readers (at least 1), each of which owes one `release`. */
  publish(slot: number, header: SlotHeader, readerCount = 1): void {
    if (!(readerCount >= 1)) throw wrongState(slot, 'at least one reader', readerCount);
    const at = slot * slotWords;
    this.#headers[at] = BigInt(header.id);
    this.#headers[at + 1] = header.captureTimeNs;
    this.#headers[at + 2] = header.stampNs;
    this.#headers[at + 3] = header.sourceTimeNs;
    const found = Atomics.compareExchange(this.#states, slot, writing, readerCount);
    if (found !== writing) throw wrongState(slot, 'a slot being written', found);
  }

  /** Gives back an acquired slot without publishing it. */
  abandon(slot: number): void {
    const found = Atomics.compareExchange(this.#states, slot, writing, free);
    if (found !== writing) throw wrongState(slot, 'a slot being written', found);
    this.#announceFree();
  }

  /** Removes one reader; returns true if it was the last one and the slot is free again. */
  release(slot: number): boolean {
    for (;;) {
      const found = Atomics.load(this.#states, slot);
      if (!(found > 0)) throw wrongState(slot, 'a slot with readers', found);
      if (Atomics.compareExchange(this.#states, slot, found, found - 1) !== found) continue;
      if (found === 1) this.#announceFree();
      return found === 1;
    }
  }

  /** The slot's pixels, frameBytes(layout) bytes; always the same view. Valid while the caller writes or reads the slot. */
  pixels(slot: number): Uint8Array {
    return this.#pixels[slot]!;
  }

  /** Keeps the frame as the camera gave it, while the slot is being written. A frame larger than its room is not kept. */
  keepCoded(slot: number, bytes: Uint8Array | undefined): void {
    const room = this.#coded[slot]!;
    const isKept = bytes !== undefined && bytes.length <= room.length;
    if (isKept) room.set(bytes);
    this.#headers[slot * slotWords + codedLength] = BigInt(isKept ? bytes.length : 0);
  }

  /** The frame as the camera gave it, if that was kept. Valid while the caller reads the slot. */
  coded(slot: number): Uint8Array | undefined {
    const lengthBytes = Number(this.#headers[slot * slotWords + codedLength]!);
    return lengthBytes === 0 ? undefined : this.#coded[slot]!.subarray(0, lengthBytes);
  }

  /** Returns the slot's data about its frame. Valid while the caller reads the slot. */
  header(slot: number): SlotHeader {
    const at = slot * slotWords;
    return {
      id: Number(this.#headers[at]!),
      captureTimeNs: this.#headers[at + 1]!,
      stampNs: this.#headers[at + 2]!,
      sourceTimeNs: this.#headers[at + 3]!,
    };
  }

  /** Slots free at this moment. */
  freeCount(): number {
    let count = 0;
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (Atomics.load(this.#states, slot) === free) count++;
    }
    return count;
  }

  /** Resolves as soon as a slot is free, in whichever thread it was released, or after `timeoutMs`. */
  async waitForFree(timeoutMs: number): Promise<void> {
    const seen = Atomics.load(this.#words, freedWord);
    if (this.freeCount() > 0) return;
    await waitAsync(this.#words, freedWord, seen, timeoutMs).value;
  }

  #announceFree(): void {
    Atomics.add(this.#words, freedWord, 1);
    Atomics.notify(this.#words, freedWord);
  }
}

function places(layout: FrameLayout, slotCount: number, codedBytes: number) {
  const statesOffset = headerWords * 4;
  const headersOffset = alignUp(statesOffset + slotCount * 4);
  const pixelsOffset = alignUp(headersOffset + slotCount * slotWords * 8);
  const slotBytes = alignUp(frameBytes(layout));
  const codedOffset = pixelsOffset + slotCount * slotBytes;
  const totalBytes = codedOffset + slotCount * alignUp(codedBytes);
  return { statesOffset, headersOffset, pixelsOffset, slotBytes, codedOffset, totalBytes };
}

function checkLayout(layout: FrameLayout, slotCount: number): void {
  const { format, widthPx, heightPx, strideBytes } = layout;
  const isSize = (value: number) => Number.isInteger(value) && value > 0 && value <= 16384;
  if (!Number.isInteger(slotCount) || slotCount < 1 || slotCount > maxSlots) {
    throw new PerceptionError('ERR_CONFIG', `expected 1 to ${maxSlots} slots, found ${slotCount}`);
  }
  if (!isSize(widthPx) || !isSize(heightPx)) {
    const found = `found ${widthPx}x${heightPx}`;
    throw new PerceptionError('ERR_CONFIG', `expected edges of 1 to 16384 pixels, ${found}`);
  }
  const leastBytes = rowBytes(format, format === 'nv12' ? widthPx + (widthPx & 1) : widthPx);
  if (!Number.isInteger(strideBytes) || strideBytes < leastBytes) {
    const found = `found ${strideBytes}`;
    throw new PerceptionError('ERR_CONFIG', `expected a stride of ${leastBytes} or more, ${found}`);
  }
}

function wrongState(slot: number, expected: string, found: number | undefined): PerceptionError {
  const names = new Map([
    [free, 'a free one'],
    [writing, 'one being written'],
  ]);
  const state = found === undefined ? 'no such slot' : (names.get(found) ?? `${found} readers`);
  return new PerceptionError(
    'ERR_INTERNAL',
    `expected ${expected} at ring slot ${slot}, found ${state}`,
  );
}
