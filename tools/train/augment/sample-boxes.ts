import { boxSize, boxStart, weightOne } from '../../../src/preprocess/sample-grid.js';
import type { RgbImage } from '../../datasets/sample.js';

/** Sums of one output row for each channel; reused for every row. */
export interface RowSums {
  red: Float32Array;
  green: Float32Array;
  blue: Float32Array;
}

/** Where along one axis each output pixel takes its value from, as in the rig's preprocessing. */
export interface AxisBoxes {
  /** Source pixels that are averaged; one more is read, because boxes begin between whole pixels. */
  boxPx: number;
  /** First pixel of each box, or -1 outside the picture. */
  starts: Int32Array;
  /** Share of the pixel after the box's last, 0..1; the first counts that much less. */
  shares: Float32Array;
}

/** The boxes of `count` output pixels at scale * (i + 0.5) + shift; a negative scale mirrors. */
export function placeBoxes(
  count: number,
  scale: number,
  shift: number,
  sourcePx: number,
): AxisBoxes {
  const boxPx = boxSize(Math.abs(scale), sourcePx);
  const starts = new Int32Array(count);
  const shares = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const start = boxStart(scale * (i + 0.5) + shift, boxPx, sourcePx);
    const first = Math.min(Math.floor(start / weightOne), sourcePx - boxPx - 1);
    starts[i] = start < 0 ? -1 : Math.max(0, first);
    shares[i] = start < 0 ? 0 : start / weightOne - starts[i]!;
  }
  return { boxPx, starts, shares };
}

/** Writes one row of weighted sums over boxes; divided by the box's size they are the values. Padding fills the outside. */
export function sumBoxRow(
  { data, widthPx, heightPx }: RgbImage,
  columns: AxisBoxes,
  rows: AxisBoxes,
  row: number,
  padValue: number,
  { red, green, blue }: RowSums,
): void {
  const size = columns.boxPx * rows.boxPx;
  const top = rows.starts[row]!;
  const shareY = rows.shares[row]!;
  const stride = widthPx * 3;
  for (let i = 0; i < red.length; i++) {
    const left = columns.starts[i]!;
    if (left < 0 || top < 0) {
      red[i] = green[i] = blue[i] = padValue * size;
      continue;
    }
    const shareX = columns.shares[i]!;
    let sumRed = 0;
    let sumGreen = 0;
    let sumBlue = 0;
    // A picture one pixel wide or high has no next pixel; its share is 0.
    const lastX = Math.min(columns.boxPx, widthPx - 1 - left);
    const lastY = Math.min(rows.boxPx, heightPx - 1 - top);
    for (let y = 0; y <= lastY; y++) {
      const weightY = y === 0 ? 1 - shareY : y === rows.boxPx ? shareY : 1;
      let at = (top + y) * stride + left * 3;
      for (let x = 0; x <= lastX; x++) {
        const weight = weightY * (x === 0 ? 1 - shareX : x === columns.boxPx ? shareX : 1);
        sumRed += weight * data[at]!;
        sumGreen += weight * data[at + 1]!;
        sumBlue += weight * data[at + 2]!;
        at += 3;
      }
    }
    red[i] = sumRed;
    green[i] = sumGreen;
    blue[i] = sumBlue;
  }
}
