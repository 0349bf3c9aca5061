/** Bytes of the length before each part. */
const lengthBytes = 4;

/** Returns the parts as one message, each after its length (uint32, little endian). A part may be empty. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const totalBytes = parts.reduce((sum, { length }) => sum + lengthBytes + length, 0);
  const message = new Uint8Array(totalBytes);
  const view = new DataView(message.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    message.set(part, at + lengthBytes);
    at += lengthBytes + part.length;
  }
  return message;
}

/** Returns the parts of a message, as views of it. Throws a RangeError if a length exceeds the bytes left. */
export function splitParts(message: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at + lengthBytes;
    const end = start + view.getUint32(at, true);
    if (end > message.length)
      throw new RangeError(
        `expected a part of ${end - start} bytes, found ${message.length - start}`,
      );
    parts.push(message.subarray(start, end));
    at = end;
  }
  return parts;
}
