import { inflateSync } from 'node:zlib';
import { maxPixels } from '../frame/rgb-image.js';

/** A PNG as stored: nothing is scaled, expanded or converted to another colour space. */
export interface PngSamples {
  widthPx: number;
  heightPx: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  bitDepth: number;
  /** Samples per pixel: 1 (grey or palette), 2 (grey and alpha), 3 (red, green, blue), 4 (with alpha). */
  channels: number;
  /** If the samples are indices of a palette: its red, green, blue, 0..255. */
  paletteRgb?: Uint8Array;
  /** Row-major, channels interleaved, each 0 .. 2^bitDepth - 1; owned by the caller. */
  samples: Uint16Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples per pixel and allowed bit depths, by colour type (PNG specification, 11.2.2). */
const colourTypes: ReadonlyMap<number, { channels: number; depths: readonly number[] }> = new Map([
  [0, { channels: 1, depths: [1, 2, 4, 8, 16] }],
  [2, { channels: 3, depths: [8, 16] }],
  [3, { channels: 1, depths: [1, 2, 4, 8] }],
  [4, { channels: 2, depths: [8, 16] }],
  [6, { channels: 4, depths: [8, 16] }],
]);
const paletteType = 3;
/** Adam7: first column and row of each pass, and the steps (PNG specification, 8.2). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const wholePicture = [[0, 0, 1, 1]] as const;

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the samples of a PNG as stored: sharp would convert them to brightness, but a label map holds class ids. Throws
 * an Error that says what was expected; the caller names the file.
 */
export function readPngSamples(bytes: Uint8Array): PngSamples {
  if (!isPng(bytes)) throw new Error('expected a PNG');
  const { header, palette, packed } = readChunks(bytes);
  const widthPx = header.getUint32(0);
  const heightPx = header.getUint32(4);
  const bitDepth = header.getUint8(8);
  const colourType = header.getUint8(9);
  const kind = colourTypes.get(colourType);
  if (!kind?.depths.includes(bitDepth))
    throw new Error(`expected a PNG, found colour type ${colourType} of ${bitDepth} bits`);
  if (widthPx < 1 || heightPx < 1 || widthPx * heightPx > maxPixels)
    throw new Error(`expected 1 to ${maxPixels} pixels, found ${widthPx}x${heightPx}`);
  const { channels } = kind;
  const pixelBits = channels * bitDepth;
  const passes = (header.getUint8(12) === 1 ? adam7 : wholePicture)
    .map(([left, top, stepX, stepY]) => {
      const columns = Math.ceil((widthPx - left) / stepX);
      const rows = Math.ceil((heightPx - top) / stepY);
      return {
        left,
        top,
        stepX,
        stepY,
        columns,
        rows,
        rowBytes: Math.ceil((columns * pixelBits) / 8),
      };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const expectedBytes = passes.reduce((sum, pass) => sum + pass.rows * (pass.rowBytes + 1), 0);
  const data = inflateSync(packed, { maxOutputLength: expectedBytes + 1 });
  if (data.length < expectedBytes)
    throw new Error(`expected ${expectedBytes} bytes of pixels, found ${data.length}`);
  const samples = new Uint16Array(widthPx * heightPx * channels);
  const byteStep = Math.max(1, pixelBits >> 3);
  let offset = 0;
  for (const { left, top, stepX, stepY, columns, rows, rowBytes } of passes) {
    let above = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; row++) {
      const filter = data[offset]!;
      const line = data.subarray(offset + 1, offset + 1 + rowBytes);
      unfilter(filter, line, above, byteStep);
      above = line;
      offset += rowBytes + 1;
      for (let column = 0; column < columns; column++) {
        const to = ((top + row * stepY) * widthPx + left + column * stepX) * channels;
        for (let channel = 0; channel < channels; channel++)
          samples[to + channel] = sampleAt(line, column * channels + channel, bitDepth);
      }
    }
  }
  const size = { widthPx, heightPx, bitDepth, channels };
  if (colourType !== paletteType) return { ...size, samples };
  if (palette === undefined) throw new Error('expected a palette, found none');
  return { ...size, samples, paletteRgb: new Uint8Array(palette) };
}

function readChunks(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let header: DataView | undefined;
  let palette: Uint8Array | undefined;
  for (let at = signature.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const start = at + 8;
    if (start + length + 4 > bytes.length)
      throw new Error(`expected ${length} bytes of ${type}, found the end`);
    const body = bytes.subarray(start, start + length);
    if (type === 'IHDR' && length === 13)
      header = new DataView(view.buffer, view.byteOffset + start, 13);
    else if (type === 'PLTE') palette = body;
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'IEND') break;
    at = start + length + 4;
  }
  if (header === undefined) throw new Error('expected a header, found none');
  return { header, palette, packed: Buffer.concat(parts) };
}

/** Undoes a row's filter in place (PNG specification, 9.2); `above` is the previous row, unfiltered. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, byteStep: number): void {
  if (filter === 0) return;
  if (filter > 4) throw new Error(`expected a filter of 0 to 4, found ${filter}`);
  for (let i = 0; i < line.length; i++) {
    const left = i < byteStep ? 0 : line[i - byteStep]!;
    const up = above[i]!;
    const upLeft = i < byteStep ? 0 : above[i - byteStep]!;
    const guess =
      filter === 1
        ? left
        : filter === 2
          ? up
          : filter === 3
            ? (left + up) >> 1
            : paeth(left, up, upLeft);
    line[i] = line[i]! + guess;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function sampleAt(line: Uint8Array, index: number, bitDepth: number): number {
  if (bitDepth === 8) return line[index]!;
  if (bitDepth === 16) return (line[2 * index]! << 8) | line[2 * index + 1]!;
  const bit = index * bitDepth;
  return (line[bit >> 3]! >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
}
