/** One in the fixed point of the weights: 11 bits keep a weighted sum of bytes within 32. */
export const weightOne = 2048;
const weightBits = 11;
/**
 * A centre exactly on an edge is inside. So that rounding does not decide this, a centre up to this far beyond an edge
 * is inside too, both for the input's content and for the frame.
 */
export const edgeSlackPx = 1e-6;
/** Widest box that is averaged: its sum of weighted bytes still fits in 32 bits. */
const widestBoxPx = 512;

/**
 * Where each pixel of the input takes its value from: a box of boxWidthPx x boxHeightPx source pixels, placed
 * between whole pixels by linear interpolation, so that one more pixel is read on each axis. A box of 1 x 1 is
 * bilinear interpolation; larger ones average to avoid aliasing.
 */
export interface SampleGrid {
  /** Per input pixel, byte offset of the box's first pixel, or -1 outside the picture. */
  offsets: Int32Array;
  /** Per input pixel, share of the far edge: x in the low 16 bits, y in the high ones, 0..weightOne. */
  weights: Int32Array;
  boxWidthPx: number;
  boxHeightPx: number;
}

/** Layout of one plane of a picture (or of its interleaved colours). */
export interface SourcePlane {
  widthPx: number;
  heightPx: number;
  strideBytes: number;
  /** Bytes from one pixel to the next. */
  pixelBytes: number;
  /** Byte offset of the first pixel. */
  startByte: number;
  /** Pixels of the plane per pixel of the frame, along either axis: a half for the colours of nv12. */
  share: 1 | 0.5;
}

/** A plane and the grid that samples it. */
export interface SampledPlane {
  readonly source: SourcePlane;
  readonly grid: SampleGrid;
}

export function createSampleGrid(count: number): SampleGrid {
  return {
    offsets: new Int32Array(count).fill(-1),
    weights: new Int32Array(count),
    boxWidthPx: 1,
    boxHeightPx: 1,
  };
}

/** Pixels to average along an axis for `scale` source pixels per input pixel: 1 below a scale of 2. */
export function boxSize(scale: number, sourcePx: number): number {
  // A little more, so that an exact 2 that rounding made 1.9999999 still averages.
  return Math.max(1, Math.min(Math.floor(scale + 1e-6), sourcePx - 1, widestBoxPx));
}

/**
 * Start of a box centred at `centrePx` along one axis, kept within the plane, in units of 1 / weightOne of a pixel; -1 if
 * the centre is outside the plane.
 */
export function boxStart(centrePx: number, boxPx: number, planePx: number): number {
  if (!(centrePx >= -edgeSlackPx && centrePx <= planePx + edgeSlackPx)) return -1;
  const start = Math.max(0, Math.min(planePx - boxPx, centrePx - boxPx / 2));
  return Math.round(start * weightOne);
}

/** Sets one input pixel to the box that begins at `startX`, `startY` (see boxStart); -1 for either means padding. */
export function setSample(
  grid: SampleGrid,
  index: number,
  plane: SourcePlane,
  startX: number,
  startY: number,
): void {
  if (startX < 0 || startY < 0) {
    grid.offsets[index] = -1;
    return;
  }
  // One more pixel than the box is read on each axis: the last box stays within the plane with a far share of 1.
  const column = Math.min(startX >> weightBits, plane.widthPx - grid.boxWidthPx - 1);
  const row = Math.min(startY >> weightBits, plane.heightPx - grid.boxHeightPx - 1);
  const farX = startX - (column << weightBits);
  const farY = startY - (row << weightBits);
  grid.offsets[index] = plane.startByte + row * plane.strideBytes + column * plane.pixelBytes;
  grid.weights[index] = farX | (farY << 16);
}
