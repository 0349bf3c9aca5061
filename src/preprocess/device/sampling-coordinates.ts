import { type SampledPlane, weightOne } from '../sample-grid.js';

/**
 * Coordinates at which ONNX's GridSample reads a grid's pixels: float32 [rows, columns, 2], x before y, -1..1 from the
 * first pixel's centre to the last one's (align_corners = 1). The map that is sampled holds the mean over a box at every
 * pixel of the plane: on each axis it is smaller by the box's size less one. Pixels that show nothing get the middle.
 */
export function samplingCoordinates({ source, grid }: SampledPlane): Float32Array {
  const { offsets, weights, boxWidthPx, boxHeightPx } = grid;
  const lastColumn = source.widthPx - boxWidthPx;
  const lastRow = source.heightPx - boxHeightPx;
  const coordinates = new Float32Array(2 * offsets.length);
  for (let i = 0; i < offsets.length; i++) {
    if (offsets[i]! < 0) continue;
    const at = offsets[i]! - source.startByte;
    const row = Math.floor(at / source.strideBytes);
    const column = (at - row * source.strideBytes) / source.pixelBytes;
    const x = column + (weights[i]! & 0xffff) / weightOne;
    const y = row + (weights[i]! >> 16) / weightOne;
    coordinates[2 * i] = (2 * x) / lastColumn - 1;
    coordinates[2 * i + 1] = (2 * y) / lastRow - 1;
  }
  return coordinates;
}

/** 1 for pixels that show the frame, 0 for padding; undefined when all do. */
export function shownPixels({ grid }: SampledPlane): Float32Array | undefined {
  if (!grid.offsets.some((offset) => offset < 0)) return undefined;
  return Float32Array.from(grid.offsets, (offset) => (offset < 0 ? 0 : 1));
}
