/** Edges of the windows that are tried, as shares of the picture's, the largest first. */
const shares = [1, 0.8, 0.65, 0.5, 0.4];
/** Places that are tried along each edge. */
const places = 16;

/**
 * The largest window of the picture's own shape in which no pixel is set; of those of one size the topmost, then the
 * leftmost. `isSet` is row-major, 0 or 1 a pixel. Left, top, right, bottom in pixels; undefined where even two fifths
 * of the picture's edges are never free. A table of sums (Crow 1984) answers each window at once.
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

/** [height + 1, width + 1]: how many pixels above and left of each corner are set. */
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
