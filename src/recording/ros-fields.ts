import { PerceptionError } from '../frame/perception-error.js';

/** Layout of a ROS message: `cdr` is ROS 2's (OMG's Common Data Representation), `ros1` that of ROS 1. */
export type RosEncoding = 'cdr' | 'ros1';

/** Values are aligned to their own size, counted from the end of the four bytes that name the encoding. */
const cdrHeadBytes = 4;

/**
 * Reads the fields of one ROS message, in the order of its definition. Lengths are checked against the available bytes.
 * Every method throws ERR_SOURCE_FORMAT if the message ends too early.
 */
export class RosFields {
  readonly encoding: RosEncoding;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;
  readonly #largestAlignment: number;
  #offset: number;

  constructor(bytes: Uint8Array, encoding: RosEncoding) {
    this.encoding = encoding;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = encoding === 'cdr' ? cdrHeadBytes : 0;
    const kind = encoding === 'cdr' ? bytes[1] : 1;
    if (kind === undefined || kind > 7)
      throw problem(`expected CDR, found a first word of ${[...bytes.subarray(0, 4)].join(' ')}`);
    // Odd kinds are little-endian. Kinds from 6 on are version 2, which aligns to at most four bytes.
    this.#isLittleEndian = (kind & 1) === 1;
    this.#largestAlignment = encoding === 'ros1' ? 1 : kind >= 6 ? 4 : 8;
  }

  u8 = (): number => this.#bytes[this.#move(1)]!;
  u32 = (): number => this.#view.getUint32(this.#move(4), this.#isLittleEndian);
  f64 = (): number => this.#view.getFloat64(this.#move(8), this.#isLittleEndian);

  text(): string {
    const bytes = this.byteSequence();
    // CDR's length includes the terminating zero.
    const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
    return new TextDecoder().decode(bytes.subarray(0, end));
  }

  /** `uint8[]`: a view of the message. */
  byteSequence(): Uint8Array {
    const length = this.u32();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** `float64[]`. */
  doubles(): number[] {
    const length = this.u32();
    if (length * 8 > this.#bytes.length - this.#offset)
      throw problem(`expected ${length} numbers, found the end of the message`);
    return this.doublesOf(length);
  }

  /** `float64[length]`. */
  doublesOf(length: number): number[] {
    return Array.from({ length }, this.f64);
  }

  /** `std_msgs/Header`. */
  header(): { stampNs: bigint; frameId: string } {
    if (this.encoding === 'ros1') this.u32();
    const seconds = BigInt(this.u32());
    const stampNs = seconds * 1_000_000_000n + BigInt(this.u32());
    return { stampNs, frameId: this.text() };
  }

  #move(bytes: number): number {
    if (this.encoding === 'cdr') {
      const alignment = Math.min(bytes, this.#largestAlignment);
      const over = (this.#offset - cdrHeadBytes) % alignment;
      if (over !== 0) this.#offset += alignment - over;
    }
    return this.#take(bytes);
  }

  #take(bytes: number): number {
    const start = this.#offset;
    if (start + bytes > this.#bytes.length)
      throw problem(
        `expected ${start + bytes} bytes or more in a message, found ${this.#bytes.length}`,
      );
    this.#offset = start + bytes;
    return start;
  }
}

const problem = (message: string) => new PerceptionError('ERR_SOURCE_FORMAT', message);
