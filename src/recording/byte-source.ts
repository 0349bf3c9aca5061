/** Bytes that can be read at any offset: a regular file in Node, a dropped file or an address in the browser. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Reads `lengthBytes` at `offset`, or fewer at the end of the file. The caller owns the bytes. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}
