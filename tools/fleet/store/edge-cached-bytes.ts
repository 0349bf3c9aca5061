import type { ByteSource } from '../../../src/recording/byte-source.js';

const headBytes = 64 * 1024;
const tailBytes = 256 * 1024;

/** Caches the start and the end of a byte source, where a recording has its header and its index. */
export class EdgeCachedBytes implements ByteSource {
  readonly sizeBytes: number;
  readonly #bytes: ByteSource;
  #head: Promise<Uint8Array> | undefined;
  #tail: Promise<Uint8Array> | undefined;

  constructor(bytes: ByteSource) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.sizeBytes;
  }

  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const end = Math.min(this.sizeBytes, offset + lengthBytes);
    if (end <= offset) return new Uint8Array(0);
    if (end <= headBytes) {
      this.#head ??= this.#bytes.read(0, headBytes);
      return (await this.#head).slice(offset, end);
    }
    const tailStart = Math.max(0, this.sizeBytes - tailBytes);
    if (offset < tailStart) return this.#bytes.read(offset, end - offset);
    this.#tail ??= this.#bytes.read(tailStart, this.sizeBytes - tailStart);
    return (await this.#tail).slice(offset - tailStart, end - tailStart);
  }
}
