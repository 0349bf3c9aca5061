/** Edges of the windows to try, as shares of the picture's, the largest first. */
const shares = [1, 0.8, 0.65, 0.5, 0.4];
/** Places to try along each edge. */
const places = 16;

/**
 * Finds the largest window of the picture's own shape in which no pixel is set; of equal sizes the topmost, then the
 * leftmost. `isSet` is row-major, 0 or 1 per pixel. Returns left, top, right, bottom in pixels; undefined if no window of
 * two fifths of the picture's edges is free. A summed-area table (Crow 1984) makes each window cost the same.
 */
export function findEmptyWindow(
  isSet: Uint8Array,
  widthPx: number,
  heightPx: number,
): [left: number, top: number, right: number, bottom: number] | undefined {
  const sums = sumTable(isSet, widthPx, heightPx);
  const at = (x: number, y: number): number => sums[y * (widthPx + 1) + x]!;
  for (const share of shares) {
    const [width, height] = [Math.floor(widthPx * share), Math.floor(heightPx * share)];
    for (let row = 0; row <= places; row++) {
      const top = Math.floor(((heightPx - height) * row) / places);
      for (let column = 0; column <= places; column++) {
        const left = Math.floor(((widthPx - width) * column) / places);
        const [right, bottom] = [left + width, top + height];
        if (at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top) === 0)
          return [left, top, right, bottom];
      }
    }
  }
  return undefined;
}

/** [height + 1, width + 1]: number of set pixels above and left of each corner. */
function sumTable(isSet: Uint8Array, widthPx: number, heightPx: number): Uint32Array {
  const stride = widthPx + 1;
  const sums = new Uint32Array(stride * (heightPx + 1));
  for (let y = 0; y < heightPx; y++) {
    let row = 0;
    for (let x = 0; x < widthPx; x++) {
      row += isSet[y * widthPx + x]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  }
  return sums;
}
