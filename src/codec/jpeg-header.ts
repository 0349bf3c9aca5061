/**
 * Width and height of a JPEG from its frame header, without decoding, and whether its end is there.
 * Undefined where the bytes are no JPEG or stop before the frame header (ITU-T T.81, B.2.2).
 */
export function readJpegHeader(
  bytes: Uint8Array,
): { widthPx: number; heightPx: number; isComplete: boolean } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let offset = 2;
  while (offset + 9 <= bytes.length && bytes[offset] === 0xff) {
    const marker = bytes[offset + 1]!;
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) {
      offset++;
      continue;
    }
    const isFrameHeader =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrameHeader) {
      return {
        heightPx: (bytes[offset + 5]! << 8) | bytes[offset + 6]!,
        widthPx: (bytes[offset + 7]! << 8) | bytes[offset + 8]!,
        isComplete: hasEndMarker(bytes),
      };
    }
    // A scan before any frame header: not a JPEG that anyone can decode.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const lengthBytes = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
    if (lengthBytes < 2) return undefined;
    offset += 2 + lengthBytes;
  }
  return undefined;
}

/** Cameras pad pictures with zeros behind the end marker: those are passed over. */
function hasEndMarker(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 2 && bytes[end - 1] === 0) end--;
  return bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9;
}
