/** Bytes that can be read at any place: a plain file in Node, a dropped file or an address in the browser. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** `lengthBytes` at `offset`, or fewer where the file ends. The caller owns the bytes. */
  read(offset: number, lengthBytes: number): Promise<Uint8Array>;
}
