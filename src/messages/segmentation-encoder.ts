/** A class map as it is sent; PerceptionFrame.segmentation explains the fields. */
export interface SegmentationFields {
  widthPx: number;
  heightPx: number;
  runLengths: Uint32Array;
  runClasses: Uint8Array;
  classShares: Float32Array;
  freeSpaceNorm: Float32Array;
}

/** Tags of Segmentation's fields, and of PerceptionFrame.segmentation: field number << 3 | wire type. */
const tags = {
  widthPx: (1 << 3) | 0,
  heightPx: (2 << 3) | 0,
  runLengths: (3 << 3) | 2,
  runClasses: (4 << 3) | 2,
  classShares: (5 << 3) | 2,
  freeSpace: (6 << 3) | 2,
  className: (7 << 3) | 2,
  segmentation: (8 << 3) | 2,
} as const;
/** Most bytes of a uint32 as a varint, and of a tag with the length behind it. */
const maxVarintBytes = 5;
const maxHeadBytes = 1 + maxVarintBytes;

/**
 * Appends the field `segmentation` to serialised PerceptionFrames. A class map has thousands of runs, and the
 * general encoder takes milliseconds for them on the main thread; this one, tens of microseconds.
 */
export class SegmentationEncoder {
  readonly #classNames: Uint8Array;
  #scratch = new Uint8Array(1 << 16);
  #at = 0;

  constructor(classNames: readonly string[]) {
    const texts = classNames.map((name) => new TextEncoder().encode(name));
    const roomBytes = texts.reduce((sum, { length }) => sum + maxHeadBytes + length, 0);
    this.#reserve(roomBytes);
    for (const text of texts) this.#bytes(tags.className, text);
    this.#classNames = this.#scratch.slice(0, this.#at);
  }

  /** Returns `payload` (a PerceptionFrame without segmentation) followed by the field, in a new array. */
  append(payload: Uint8Array, fields: SegmentationFields): Uint8Array {
    const { runLengths, runClasses, classShares, freeSpaceNorm } = fields;
    this.#at = 0;
    this.#reserve(
      6 * maxHeadBytes +
        runLengths.length * maxVarintBytes +
        runClasses.length +
        (classShares.length + freeSpaceNorm.length) * 4 +
        this.#classNames.length,
    );
    this.#head(tags.widthPx, fields.widthPx);
    this.#head(tags.heightPx, fields.heightPx);
    let packedBytes = 0;
    for (let i = 0; i < runLengths.length; i++) packedBytes += varintBytes(runLengths[i]!);
    this.#head(tags.runLengths, packedBytes);
    for (let i = 0; i < runLengths.length; i++) this.#varint(runLengths[i]!);
    this.#bytes(tags.runClasses, runClasses);
    this.#floats(tags.classShares, classShares);
    this.#floats(tags.freeSpace, freeSpaceNorm);
    this.#scratch.set(this.#classNames, this.#at);
    const bodyBytes = this.#at + this.#classNames.length;
    const headBytes = 1 + varintBytes(bodyBytes);
    const message = new Uint8Array(payload.length + headBytes + bodyBytes);
    message.set(payload);
    message[payload.length] = tags.segmentation;
    writeVarint(message, payload.length + 1, bodyBytes);
    message.set(this.#scratch.subarray(0, bodyBytes), payload.length + headBytes);
    return message;
  }

  #reserve(roomBytes: number): void {
    if (this.#scratch.length < roomBytes) this.#scratch = new Uint8Array(roomBytes * 2);
  }

  #varint(value: number): void {
    this.#at = writeVarint(this.#scratch, this.#at, value);
  }

  /** A tag, and the value or the length that follows it. */
  #head(tag: number, value: number): void {
    this.#scratch[this.#at++] = tag;
    this.#varint(value);
  }

  #bytes(tag: number, bytes: Uint8Array): void {
    this.#head(tag, bytes.length);
    this.#scratch.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #floats(tag: number, values: Float32Array): void {
    this.#head(tag, values.length * 4);
    const view = new DataView(this.#scratch.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat32(this.#at + i * 4, values[i]!, true);
    this.#at += values.length * 4;
  }
}

/** Bytes that a uint32 takes as a varint. */
function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) count++;
  return count;
}

/** Writes a uint32 as a varint; returns the offset behind it. */
function writeVarint(out: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at++] = rest;
  return at;
}
