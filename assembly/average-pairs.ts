// Means of 2 x 2 bytes at every byte of a run of rows. The mean of two rows is rounded up and that of two columns
// down, so that the result is off by half a grey level at most and, over many pixels, by nothing.

/**
 * to[i] = mean of from[i], from[i + 3] and the same two a row below, for i in 0 .. bytes - 1: pixels of 3 bytes.
 * Reads 32 bytes beyond the run and writes up to 15.
 */
export function averageRgb(from: usize, to: usize, bytes: usize, stride: usize): void {
  const ones = i8x16.splat(1);
  const end = from + bytes;
  let left = i8x16.avgr_u(v128.load(from), v128.load(from + stride));
  while (from < end) {
    const next = i8x16.avgr_u(v128.load(from, 16), v128.load(from + stride, 16));
    const right = i8x16.shuffle(
      left,
      next,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
      13,
      14,
      15,
      16,
      17,
      18,
    );
    v128.store(to, floorMean(left, right, ones));
    left = next;
    from += 16;
    to += 16;
  }
}

/** The same for pixels of one byte. */
export function averageLuma(from: usize, to: usize, bytes: usize, stride: usize): void {
  const ones = i8x16.splat(1);
  const end = from + bytes;
  let left = i8x16.avgr_u(v128.load(from), v128.load(from + stride));
  while (from < end) {
    const next = i8x16.avgr_u(v128.load(from, 16), v128.load(from + stride, 16));
    const right = i8x16.shuffle(left, next, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    v128.store(to, floorMean(left, right, ones));
    left = next;
    from += 16;
    to += 16;
  }
}

/** avgr rounds up; where the sum is odd, one less is the mean rounded down. */
function floorMean(a: v128, b: v128, ones: v128): v128 {
  return i8x16.sub(i8x16.avgr_u(a, b), v128.and(v128.xor(a, b), ones));
}

/** to[i] = mean of from[i] and the byte a row below, rounded up, for i in 0 .. bytes - 1 and up to 15 more. */
export function averageRows(from: usize, to: usize, bytes: usize, stride: usize): void {
  const end = from + bytes;
  for (; from < end; from += 16, to += 16) {
    v128.store(to, i8x16.avgr_u(v128.load(from), v128.load(from + stride)));
  }
}
