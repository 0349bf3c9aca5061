import { PerceptionError } from '../frame/perception-error.js';
import type { DecodedImage } from './image-codec.js';

const maxEdgePx = 8192;
const isSpace = (byte: number | undefined) =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

/**
 * Decodes a binary PPM ("P6", netpbm) to packed rgb8. Comments in the header are skipped; a maximum value
 * below 255 is scaled up to 255; pictures with 16 bits per channel and edges above 8192 pixels are refused.
 * The returned pixels are a copy, owned by the caller. Throws ERR_SOURCE_FORMAT without naming the file:
 * the caller knows it.
 */
export function decodePpm(bytes: Uint8Array): DecodedImage {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x36) {
    throw formatError(`expected the magic "P6", found ${describeStart(bytes)}`);
  }
  let offset = 2;
  const readNumber = (what: string): number => {
    while (isSpace(bytes[offset]) || bytes[offset] === 0x23) {
      if (bytes[offset] !== 0x23) offset++;
      else while (offset < bytes.length && bytes[offset] !== 0x0a) offset++;
    }
    const start = offset;
    let value = 0;
    while (bytes[offset]! >= 0x30 && bytes[offset]! <= 0x39 && offset - start < 6) {
      value = value * 10 + bytes[offset++]! - 0x30;
    }
    if (offset === start) throw formatError(`expected the ${what} in the header at byte ${start}`);
    return value;
  };
  const widthPx = readNumber('width');
  const heightPx = readNumber('height');
  const maxValue = readNumber('maximum value');
  if (widthPx < 1 || heightPx < 1 || widthPx > maxEdgePx || heightPx > maxEdgePx) {
    throw formatError(`expected edges of 1 to ${maxEdgePx} pixels, found ${widthPx}x${heightPx}`);
  }
  if (maxValue < 1 || maxValue > 255) {
    throw formatError(`expected a maximum value of 1 to 255, found ${maxValue}`);
  }
  // Exactly one white space character separates the header from the pixels: any more would be pixels.
  if (!isSpace(bytes[offset])) throw formatError('expected white space after the maximum value');
  const pixels = bytes.subarray(offset + 1);
  const expectedBytes = widthPx * heightPx * 3;
  if (pixels.length < expectedBytes) {
    throw formatError(`expected ${expectedBytes} bytes of pixels, found ${pixels.length}`);
  }
  // Not slice(): for a Buffer it returns a view of the caller's bytes.
  const data = new Uint8Array(pixels.subarray(0, expectedBytes));
  if (maxValue !== 255) {
    for (let i = 0; i < data.length; i++) {
      data[i] = Math.min(255, Math.round((data[i]! * 255) / maxValue));
    }
  }
  return { widthPx, heightPx, data };
}

/** Encodes packed rgb8 as binary PPM with a maximum value of 255. */
export function encodePpm(image: DecodedImage): Uint8Array {
  const header = new TextEncoder().encode(`P6\n${image.widthPx} ${image.heightPx}\n255\n`);
  const bytes = new Uint8Array(header.length + image.data.length);
  bytes.set(header);
  bytes.set(image.data, header.length);
  return bytes;
}

const formatError = (message: string) =>
  new PerceptionError('ERR_SOURCE_FORMAT', `PPM: ${message}`);

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  return `bytes ${Array.from(bytes.subarray(0, 2), (b) => b.toString(16).padStart(2, '0')).join(' ')}`;
}
