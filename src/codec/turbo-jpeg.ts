import turbo from '@julusian/jpeg-turbo';

/** Size of a JPEG of the plain kind, which libjpeg-turbo decodes like every other decoder. */
export interface PlainJpeg {
  widthPx: number;
  heightPx: number;
}

/** Markers (ITU-T T.81, table B.1). */
const sof0 = 0xc0;
const sof1 = 0xc1;
const sos = 0xda;
const app2 = 0xe2;
const app14 = 0xee;

/**
 * The size of a plain JPEG, from its header: sequential, 8 bits, Huffman codes, grey or YCbCr. Undefined for any other:
 * progressive, CMYK, a colour profile, Adobe's colour transform, or not a JPEG. Those are for sharp.
 */
export function plainJpeg(bytes: Uint8Array): PlainJpeg | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let size: PlainJpeg | undefined;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === sos) return size;
    if (marker === app14 || (marker === app2 && isProfile(bytes, at))) return undefined;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8;
    if (isFrame) {
      const [bits, components] = [bytes[at + 4], bytes[at + 9]];
      const isPlain = marker === sof0 || marker === sof1;
      if (!isPlain || bits !== 8 || (components !== 1 && components !== 3)) return undefined;
      const heightPx = (bytes[at + 5]! << 8) | bytes[at + 6]!;
      const widthPx = (bytes[at + 7]! << 8) | bytes[at + 8]!;
      if (widthPx === 0 || heightPx === 0) return undefined;
      size = { widthPx, heightPx };
    }
    const lengthBytes = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (lengthBytes < 2) return undefined;
    at += 2 + lengthBytes;
  }
  return undefined;
}

const isProfile = (bytes: Uint8Array, at: number) =>
  bytes[at + 4] === 0x49 && bytes[at + 5] === 0x43 && bytes[at + 6] === 0x43;

const options = { format: turbo.FORMAT_RGB };

/**
 * Decodes a plain JPEG in this thread, about 2 ms for 1280x720, into `into` (packed rgb8 of exactly its size; may be
 * shared memory). Returns false if the data are damaged or the decoder warns; the contents of `into` are then undefined.
 */
export function decodePlainJpegInto(bytes: Uint8Array, into: Uint8Array): boolean {
  try {
    turbo.decompressSync(asBuffer(bytes), asBuffer(into), options);
    return true;
  } catch {
    return false;
  }
}

/** The same on libuv's threads, into new memory; undefined where decodePlainJpegInto returns false. */
export async function decodePlainJpeg(
  bytes: Uint8Array,
  { widthPx, heightPx }: PlainJpeg,
): Promise<Uint8Array | undefined> {
  const data = Buffer.allocUnsafeSlow(widthPx * heightPx * 3);
  try {
    await turbo.decompress(asBuffer(bytes), data, options);
    return data;
  } catch {
    return undefined;
  }
}

/** Most bytes that a JPEG of this size can take, at chroma 4:2:0. */
export function mostJpegBytes(widthPx: number, heightPx: number): number {
  const size = { width: widthPx, height: heightPx, subsampling: turbo.SAMP_420 };
  return turbo.bufferSize(size);
}

/**
 * Encodes rgb8 in this thread as baseline JPEG, chroma 4:2:0, about 4 ms for 1280x720; pixels may be in shared memory.
 * `stridePx` is from row to row, `quality` 1 to 100. `out` has mostJpegBytes; returns the JPEG as a view of it.
 */
export function encodeJpegInto(
  pixels: Uint8Array,
  size: { widthPx: number; heightPx: number; stridePx: number },
  quality: number,
  out: Uint8Array,
): Uint8Array {
  const { widthPx: width, heightPx: height, stridePx: stride } = size;
  const subsampling = turbo.SAMP_420;
  const encoding = { ...options, width, height, stride, quality, subsampling };
  return turbo.compressSync(asBuffer(pixels), asBuffer(out), encoding);
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
