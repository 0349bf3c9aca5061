/**
 * Width and height of a JPEG from its frame header, without decoding, and whether it carries EXIF, which may make viewers
 * rotate it. Undefined if the bytes are not a JPEG or end before the frame header (ITU-T T.81, B.2.2).
 */
export function readJpegHeader(
  bytes: Uint8Array,
): { widthPx: number; heightPx: number; hasExif: boolean } | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let hasExif = false;
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
        hasExif,
      };
    }
    if (marker === 0xe1) hasExif = true;
    // A scan before any frame header: not a JPEG that anyone can decode.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const lengthBytes = (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
    if (lengthBytes < 2) return undefined;
    offset += 2 + lengthBytes;
  }
  return undefined;
}

/**
 * A JPEG without EXIF and XMP, so that a browser shows its pixels as they are stored: no option of `createImageBitmap`
 * does that in every browser. Other bytes, and a JPEG without them, are returned as they are.
 */
export function withoutExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (readJpegHeader(bytes)?.hasExif !== true) return bytes;
  const kept = new Uint8Array(bytes.length);
  kept.set(bytes.subarray(0, 2));
  let [from, to] = [2, 2];
  while (from + 4 <= bytes.length && bytes[from] === 0xff) {
    const marker = bytes[from + 1]!;
    if (marker === 0xff) {
      from++;
      continue;
    }
    const lengthBytes = (bytes[from + 2]! << 8) | bytes[from + 3]!;
    if (marker === 0xda || marker === 0xd9 || lengthBytes < 2) break;
    const segment = bytes.subarray(from, from + 2 + lengthBytes);
    from += segment.length;
    if (marker === 0xe1) continue;
    kept.set(segment, to);
    to += segment.length;
  }
  kept.set(bytes.subarray(from), to);
  return kept.subarray(0, to + bytes.length - from);
}

/**
 * Length of a JPEG in bytes up to and including its end marker, found by walking through its segments and scans. Bytes
 * after it (padding, the film of a phone's motion photo) do not count. Undefined without an end marker (ITU-T T.81, B.1.1).
 */
export function jpegLength(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let at = 2;
  while (at + 1 < bytes.length) {
    // In a scan, every byte outside a marker is data: 0xff 0x00 is a data byte, 0xd0 to 0xd7 restart the scan.
    if (bytes[at] !== 0xff || bytes[at + 1] === 0x00 || isRestart(bytes[at + 1]!)) {
      at = bytes.indexOf(0xff, at + (bytes[at] === 0xff ? 2 : 1));
      if (at < 0) return undefined;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === 0xd9) return at + 2;
    else {
      const lengthBytes = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      if (lengthBytes < 2) return undefined;
      at += 2 + lengthBytes;
    }
  }
  return undefined;
}

const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;
