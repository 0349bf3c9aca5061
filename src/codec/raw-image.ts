import { PerceptionError } from '../frame/perception-error.js';
import type { DecodedImage } from './image-codec.js';

/** An uncompressed picture, as in ROS's `sensor_msgs/Image`. */
export interface RawImage {
  widthPx: number;
  heightPx: number;
  /** Encoding of `sensor_msgs/image_encodings.h`: rgb8, bgr8, mono8, yuv422 and so on. */
  encoding: string;
  isBigEndian: boolean;
  /** Bytes from one row to the next. */
  strideBytes: number;
  data: Uint8Array;
}

const maxEdgePx = 8192;

/** Bytes per pixel, and the bytes of red, green and blue in it. */
const interleaved: ReadonlyMap<string, readonly [bytes: number, r: number, g: number, b: number]> =
  new Map([
    ['rgb8', [3, 0, 1, 2]],
    ['8UC3', [3, 2, 1, 0]],
    ['bgr8', [3, 2, 1, 0]],
    ['rgba8', [4, 0, 1, 2]],
    ['bgra8', [4, 2, 1, 0]],
    ['8UC4', [4, 2, 1, 0]],
    ['mono8', [1, 0, 0, 0]],
    ['8UC1', [1, 0, 0, 0]],
  ]);

/** Positions of the first luma and the first chroma byte (U) in the four bytes of two pixels. */
const packedYuv: ReadonlyMap<string, readonly [y: number, u: number]> = new Map([
  ['yuv422', [1, 0]],
  ['uyvy', [1, 0]],
  ['yuv422_yuy2', [0, 1]],
  ['yuyv', [0, 1]],
]);

/** The colours of each block of two by two pixels, row by row. */
const bayer: ReadonlyMap<string, string> = new Map([
  ['bayer_rggb', 'rggb'],
  ['bayer_bggr', 'bggr'],
  ['bayer_gbrg', 'gbrg'],
  ['bayer_grbg', 'grbg'],
]);

/** Readable encodings, for messages. */
const known = [...interleaved.keys(), 'mono16', ...packedYuv.keys(), 'bayer_*8', 'bayer_*16'];

/**
 * A raw picture as packed rgb8, owned by the caller. 16 bits keep their upper eight; YUV is BT.601 in limited range, as
 * in ROS; each block of two by two pixels of a Bayer pattern becomes one colour.
 * Throws ERR_SOURCE_FORMAT for an unknown encoding, or if there are too few bytes.
 */
export function decodeRawImage(raw: RawImage): DecodedImage {
  const { widthPx, heightPx, encoding } = raw;
  const isEdge = (px: number) => px >= 1 && px <= maxEdgePx;
  if (!isEdge(widthPx) || !isEdge(heightPx))
    throw formatError(`expected edges of 1 to ${maxEdgePx} pixels, found ${widthPx}x${heightPx}`);
  const order = interleaved.get(encoding);
  if (order !== undefined) return fromInterleaved(raw, order);
  if (encoding === 'mono16' || encoding === '16UC1') return fromSamples(raw, 2);
  const yuv = packedYuv.get(encoding);
  if (yuv !== undefined) return fromPackedYuv(raw, yuv);
  const pattern = bayer.get(encoding.replace(/(8|16)$/, ''));
  if (pattern !== undefined)
    return fromBayer(fromSamples(raw, encoding.endsWith('16') ? 2 : 1), pattern);
  throw formatError(`expected pixels as ${known.join(', ')}, found "${encoding}"`);
}

function rowsOf(raw: RawImage, rowBytes: number): (y: number) => Uint8Array {
  const { heightPx, data } = raw;
  const strideBytes = raw.strideBytes === 0 ? rowBytes : raw.strideBytes;
  const neededBytes = strideBytes * (heightPx - 1) + rowBytes;
  if (strideBytes < rowBytes || data.length < neededBytes)
    throw formatError(
      `expected ${neededBytes} bytes of ${raw.encoding} in rows of ${rowBytes}, found ${data.length} in rows of ${strideBytes}`,
    );
  return (y) => data.subarray(y * strideBytes, y * strideBytes + rowBytes);
}

function fromInterleaved(
  raw: RawImage,
  [bytes, r, g, b]: readonly [number, number, number, number],
): DecodedImage {
  const { widthPx, heightPx } = raw;
  const row = rowsOf(raw, widthPx * bytes);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, to = 0; y < heightPx; y++) {
    const from = row(y);
    for (let at = 0; at < from.length; at += bytes, to += 3) {
      data[to] = from[at + r]!;
      data[to + 1] = from[at + g]!;
      data[to + 2] = from[at + b]!;
    }
  }
  return { widthPx, heightPx, data };
}

/** Converts one sample of one or two bytes per pixel to grey. */
function fromSamples(raw: RawImage, bytes: 1 | 2): DecodedImage {
  const { widthPx, heightPx, isBigEndian } = raw;
  const row = rowsOf(raw, widthPx * bytes);
  const upper = bytes === 2 && !isBigEndian ? 1 : 0;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0, to = 0; y < heightPx; y++) {
    const from = row(y);
    for (let at = upper; at < from.length; at += bytes, to += 3) data.fill(from[at]!, to, to + 3);
  }
  return { widthPx, heightPx, data };
}

function fromPackedYuv(raw: RawImage, [yAt, uAt]: readonly [number, number]): DecodedImage {
  const { widthPx, heightPx } = raw;
  const row = rowsOf(raw, Math.ceil(widthPx / 2) * 4);
  const data = new Uint8ClampedArray(widthPx * heightPx * 3);
  for (let y = 0, to = 0; y < heightPx; y++) {
    const from = row(y);
    for (let x = 0; x < widthPx; x++, to += 3) {
      const pair = (x >> 1) * 4;
      // ITU-R BT.601.
      const luma = 1.164 * (from[pair + yAt + 2 * (x & 1)]! - 16);
      const u = from[pair + uAt]! - 128;
      const v = from[pair + uAt + 2]! - 128;
      data[to] = luma + 1.596 * v;
      data[to + 1] = luma - 0.392 * u - 0.813 * v;
      data[to + 2] = luma + 2.017 * u;
    }
  }
  return { widthPx, heightPx, data: new Uint8Array(data.buffer) };
}

function fromBayer(image: DecodedImage, pattern: string): DecodedImage {
  const { widthPx, heightPx, data } = image;
  const red = pattern.indexOf('r');
  const blue = pattern.indexOf('b');
  const greens = [0, 1, 2, 3].filter((place) => pattern[place] === 'g') as [number, number];
  const lastX = Math.max(0, widthPx - 2);
  const lastY = Math.max(0, heightPx - 2);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      // At an odd edge, the last complete block.
      const left = Math.min(x & ~1, lastX & ~1);
      const top = Math.min(y & ~1, lastY & ~1);
      const sample = (place: number) =>
        data[3 * ((top + (place >> 1)) * widthPx + left + (place & 1))] ?? 0;
      const to = 3 * (y * widthPx + x);
      out[to] = sample(red);
      out[to + 1] = (sample(greens[0]) + sample(greens[1])) >> 1;
      out[to + 2] = sample(blue);
    }
  }
  return { widthPx, heightPx, data: out };
}

const formatError = (message: string) => new PerceptionError('ERR_SOURCE_FORMAT', message);
