import type { KernelFunctions } from './kernel-module.js';
import { type SampledPlane, weightOne } from './sample-grid.js';

/** Limits of the kernel's 16-bit sums: pixels in every other column of a box, and pixels along either side. */
const largestHalfBoxPx = 256;
const longestBoxPx = 128;
/** Sum of a pixel's kernel weights: as large as signed 16-bit products allow. */
export const kernelWeightOne = 16384;
/** Whole frames are copied in words of 8 bytes if both sides begin on a word, otherwise byte by byte. */
const wordBytes = 8;
/** The kernel reads and writes whole vectors: room beyond the end of a run. */
const slackBytes = 64;
/** Int32 fields per block: first row and end of the rows that its pixels read, and the address of the first. */
const blockFields = 3;
/** Marks a pixel outside the picture while places are rows and bytes: no frame has such a row. */
const nowhere = 0xffffffff;
/** Patterns of the widest box: 8 bytes of its row at a time, 2 vectors of 16 bytes each, 2 channels. */
const patternBytes = Math.ceil((2 * (longestBoxPx + 1)) / 8) * 32 * 2;

/**
 * How a plane is sampled. `gather`: bilinear straight from its rows. `pairs`: bilinear from rows in which each pixel
 * is already the mean of 2 x 2 (2 x 1, 1 x 2) pixels, which equals a box of that size placed between whole pixels.
 * `boxes`: sums over each box.
 */
export type SampleMethod = 'gather' | 'pairs' | 'boxes';

/**
 * The part of a plane that is in the kernel's memory. The input is made in blocks of whole rows; the strip holds the
 * rows of the plane that the block's pixels read, cut to the columns that any pixel reads. It slides down the picture,
 * so that every row is copied and averaged once per frame.
 */
export interface Strip {
  readonly plane: SampledPlane;
  method: SampleMethod;
  /** Copied rows that are not yet averaged; `pairs` only. */
  readonly rawAddress: number;
  readonly rowsAddress: number;
  /** One Uint32 per pixel: where in memory its value comes from. */
  readonly offsetsAddress: number;
  /** 8 bytes per pixel: four Int16 weights, or for boxes two Float32 shares. */
  readonly weightsAddress: number;
  /** For boxes of luma or chroma: which bytes of a box's row count, for the first channel and then the second. */
  readonly patternsAddress: number;
  strideBytes: number;
  /** Bytes from the start of a plane's row to the strip's left edge. */
  leftBytes: number;
  /** blockFields entries per block. */
  readonly blocks: Int32Array;
}

/** Bytes of kernel memory that a strip takes for `count` pixels of input. */
export function stripBytes({ source }: SampledPlane, count: number): number {
  const planeBytes = source.strideBytes * source.heightPx;
  return patternBytes + count * 12 + 2 * planeBytes + 6 * slackBytes;
}

/** A strip whose memory begins at `address`, a multiple of 16. Room for `blockCount` blocks. */
export function createStrip(
  plane: SampledPlane,
  address: number,
  count: number,
  blockCount: number,
): Strip {
  const { strideBytes, heightPx } = plane.source;
  const alignUp = (bytes: number) => Math.ceil(bytes / slackBytes) * slackBytes;
  const patternsAddress = address;
  const offsetsAddress = alignUp(address + patternBytes);
  const weightsAddress = alignUp(offsetsAddress + count * 4);
  const rowsAddress = alignUp(weightsAddress + count * 8);
  return {
    plane,
    method: 'gather',
    patternsAddress,
    offsetsAddress,
    weightsAddress,
    rowsAddress,
    rawAddress: alignUp(rowsAddress + strideBytes * heightPx + slackBytes),
    strideBytes,
    leftBytes: 0,
    blocks: new Int32Array(blockCount * blockFields),
  };
}

/** Whether the kernel can sample this plane with its grid; if not, TypeScript does. */
export function isWithinKernel({ grid: { boxWidthPx, boxHeightPx } }: SampledPlane): boolean {
  return (
    Math.ceil(boxWidthPx / 2) * boxHeightPx <= largestHalfBoxPx &&
    Math.max(boxWidthPx, boxHeightPx) <= longestBoxPx
  );
}

function methodOf({ grid: { boxWidthPx, boxHeightPx }, source }: SampledPlane): SampleMethod {
  if (boxWidthPx === 1 && boxHeightPx === 1) return 'gather';
  // Chroma's differences from grey are amplified on conversion to colours; a mean in whole levels is too coarse.
  const isPair = boxWidthPx <= 2 && boxHeightPx <= 2 && source.pixelBytes !== 2;
  return isPair ? 'pairs' : 'boxes';
}

/**
 * Lays out the plane's grid for the kernel: what each block reads, and per pixel the address and weights. Pixels
 * outside the picture get a harmless address. `blockPixels` is the number of pixels per block, `count` that of the input.
 */
export function planStrip(
  strip: Strip,
  memory: ArrayBuffer,
  count: number,
  blockPixels: number,
): void {
  const { plane, blocks } = strip;
  const { source, grid } = plane;
  strip.method = methodOf(plane);
  const places = new Uint32Array(memory, strip.offsetsAddress, count);
  setColumns(strip, places);
  // Below a pixel's row are the rest of its box and the row it is interpolated with; averaged rows already hold the box.
  const rowsBelow = strip.method === 'boxes' ? grid.boxHeightPx : 1;
  for (let at = 0, start = 0; start < count; at += blockFields, start += blockPixels) {
    const end = Math.min(count, start + blockPixels);
    let first = source.heightPx;
    let last = -1;
    for (let i = start; i < end; i++) {
      const row = places[i]! >>> 16;
      if (places[i] === nowhere) continue;
      if (row < first) first = row;
      if (row > last) last = row;
    }
    if (last < 0) first = 0;
    const rowStart = source.startByte + strip.leftBytes + first * source.strideBytes;
    const address = strip.rowsAddress + (rowStart % wordBytes);
    blocks[at] = first;
    blocks[at + 1] = last < 0 ? 0 : last + rowsBelow + 1;
    blocks[at + 2] = address;
    const top = address - first * strip.strideBytes - strip.leftBytes;
    for (let i = start; i < end; i++) {
      const place = places[i]!;
      const isNowhere = place === nowhere;
      places[i] = isNowhere ? address : top + (place >>> 16) * strip.strideBytes + (place & 0xffff);
    }
  }
  if (strip.method !== 'boxes') {
    setWeights(strip, memory, count);
    return;
  }
  setShares(strip, memory, count);
  // Interleaved colours are summed by boxRgb, which needs no patterns.
  if (source.pixelBytes === 3) return;
  for (let channel = 0; channel < source.pixelBytes; channel++) {
    setPatterns(strip, memory, channel);
  }
}

/** Number of vector pairs that describe a row of the plane's box, for one channel. */
export function patternVectors({ source, grid }: SampledPlane): number {
  return Math.ceil(((grid.boxWidthPx + 1) * source.pixelBytes) / 8);
}

export function patternAddress({ plane, patternsAddress }: Strip, channel: number): number {
  return patternsAddress + channel * patternVectors(plane) * 32;
}

/** As farX grows, the first pixel's bytes count less and those of the pixel after the box count more. */
function setPatterns(strip: Strip, memory: ArrayBuffer, channel: number): void {
  const { source, grid } = strip.plane;
  const vectors = patternVectors(strip.plane);
  const out = new Int16Array(memory, patternAddress(strip, channel), vectors * 16).fill(0);
  for (let pixel = 0; pixel <= grid.boxWidthPx; pixel++) {
    const byte = pixel * source.pixelBytes + channel;
    const at = (byte >> 3) * 16 + (byte & 7);
    out[at] = pixel < grid.boxWidthPx ? 1 : 0;
    out[at + 8] = pixel === 0 ? -1 : pixel === grid.boxWidthPx ? 1 : 0;
  }
}

/**
 * Writes each pixel's row (high half) and byte in that row to `places`. Finds the columns that are read, and a stride for
 * rows cut to them; keeps whole rows if little would be cut.
 */
function setColumns(strip: Strip, places: Uint32Array): void {
  const { source, grid } = strip.plane;
  const { strideBytes, startByte } = source;
  let left = strideBytes;
  let right = 0;
  for (let i = 0; i < places.length; i++) {
    const inPlane = grid.offsets[i]! - startByte;
    if (inPlane < 0) {
      places[i] = nowhere;
      continue;
    }
    const row = (inPlane / strideBytes) | 0;
    const inRow = inPlane - row * strideBytes;
    places[i] = (row << 16) | inRow;
    if (inRow < left) left = inRow;
    if (inRow > right) right = inRow;
  }
  const leftBytes = left - (left % wordBytes);
  const end = right + (grid.boxWidthPx + 1) * source.pixelBytes;
  const width = Math.ceil((end - leftBytes) / wordBytes) * wordBytes;
  const isNarrow = right >= left && width * 4 <= strideBytes * 3;
  strip.leftBytes = isNarrow ? leftBytes : 0;
  strip.strideBytes = isNarrow ? width : strideBytes;
}

function setWeights({ plane, weightsAddress }: Strip, memory: ArrayBuffer, count: number): void {
  const { weights } = plane.grid;
  const out = new Int16Array(memory, weightsAddress, count * 4);
  for (let i = 0, at = 0; i < count; i++, at += 4) {
    const farX = weights[i]! & 0xffff;
    const farY = weights[i]! >> 16;
    // A product of two 11-bit shares, rounded to 14 bits.
    const corner = (farX * farY + 128) >> 8;
    const right = (farX << 3) - corner;
    const below = (farY << 3) - corner;
    out[at] = kernelWeightOne - right - below - corner;
    out[at + 1] = right;
    out[at + 2] = below;
    out[at + 3] = corner;
  }
}

function setShares({ plane, weightsAddress }: Strip, memory: ArrayBuffer, count: number): void {
  const { weights } = plane.grid;
  const out = new Float32Array(memory, weightsAddress, count * 2);
  for (let i = 0; i < count; i++) {
    out[2 * i] = (weights[i]! & 0xffff) / weightOne;
    out[2 * i + 1] = (weights[i]! >> 16) / weightOne;
  }
}

/**
 * Brings the rows that a block reads into the strip: keeps those that the previous block read too, copies the rest from
 * the frame, and averages them for `pairs`. Blocks are filled in order, from 0.
 */
export function fillStrip(
  strip: Strip,
  block: number,
  pixels: Uint8Array,
  memory: Uint8Array,
  kernel: KernelFunctions,
): void {
  const { blocks, strideBytes, method } = strip;
  const { source, grid } = strip.plane;
  const at = block * blockFields;
  const first = blocks[at]!;
  const end = blocks[at + 1]!;
  const address = blocks[at + 2]!;
  let next = first;
  if (block > 0) {
    const firstBefore = blocks[at - blockFields]!;
    const endBefore = blocks[at - blockFields + 1]!;
    if (first >= firstBefore && first < endBefore) {
      next = Math.min(endBefore, end);
      const from = blocks[at - blockFields + 2]! + (first - firstBefore) * strideBytes;
      memory.copyWithin(address, from, from + (next - first) * strideBytes);
    }
  }
  if (next >= end) return;
  const to = address + (next - first) * strideBytes;
  if (method !== 'pairs') {
    copyRows(strip, next, end, pixels, memory, to);
    return;
  }
  const rowsBelow = grid.boxHeightPx - 1;
  // Keeps word alignment: the copied rows begin as far from a word's start as in the strip.
  const raw = strip.rawAddress + (to % wordBytes);
  copyRows(strip, next, end + rowsBelow, pixels, memory, raw);
  const bytes = (end - next) * strideBytes;
  const average =
    grid.boxWidthPx === 1
      ? kernel.averageRows
      : source.pixelBytes === 3
        ? kernel.averageRgb
        : kernel.averageLuma;
  average(raw, to, bytes, rowsBelow * strideBytes);
}

/** Copies rows first .. end - 1 of the plane, cut to the strip's columns. */
function copyRows(
  { plane: { source }, strideBytes, leftBytes }: Strip,
  first: number,
  end: number,
  pixels: Uint8Array,
  memory: Uint8Array,
  address: number,
): void {
  const start = source.startByte + leftBytes;
  if (strideBytes === source.strideBytes) {
    const from = start + first * strideBytes;
    const to = Math.min(start + end * strideBytes, pixels.length);
    memory.set(pixels.subarray(from, to), address);
    return;
  }
  for (let row = first, to = address; row < end; row++, to += strideBytes) {
    const from = start + row * source.strideBytes;
    memory.set(pixels.subarray(from, Math.min(from + strideBytes, pixels.length)), to);
  }
}
