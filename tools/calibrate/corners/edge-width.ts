import { type GreyPicture, sampleGrey } from '../../../src/calibration/grey-picture.js';
import { median } from '../../../src/frame/median.js';

const samplesPerPx = 4;

/**
 * Width of a chessboard's edges, pixels from 10 to 90 % of the step, the median over the edges between neighbours in
 * a row. Blur and motion widen it; 1 to 3 is a sharp picture. Undefined if no edge could be measured.
 */
export function edgeWidthPx(
  grey: GreyPicture,
  pointsPx: Float64Array,
  cols: number,
  rows: number,
): number | undefined {
  const widths: number[] = [];
  const add = (a: number, b: number) => {
    const width = widthBetween(grey, pointsPx, a, b);
    if (width !== undefined) widths.push(width);
  };
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) {
      const index = row * cols + col;
      if (col + 1 < cols) add(index, index + 1);
      if (row + 1 < rows) add(index, index + cols);
    }
  return widths.length === 0 ? undefined : median(widths);
}

/** Width measured across the middle of the edge between two corners. */
function widthBetween(
  grey: GreyPicture,
  points: Float64Array,
  a: number,
  b: number,
): number | undefined {
  const du = points[2 * b]! - points[2 * a]!;
  const dv = points[2 * b + 1]! - points[2 * a + 1]!;
  const length = Math.hypot(du, dv);
  const half = 0.35 * length;
  if (half < 2) return undefined;
  const [nu, nv] = [-dv / length, du / length];
  const u = points[2 * a]! + du / 2;
  const v = points[2 * a + 1]! + dv / 2;
  const count = Math.ceil(2 * half * samplesPerPx);
  const profile = Array.from({ length: count + 1 }, (_, i) => {
    const offset = -half + (i * 2 * half) / count;
    return sampleGrey(grey, u + nu * offset, v + nv * offset);
  });
  const [first, last] = [profile[0]!, profile[count]!];
  if (Math.abs(last - first) < 15) return undefined;
  const rise = profile.map((value) => (value - first) / (last - first));
  const middle = rise.findIndex((value) => value >= 0.5);
  let low = middle;
  while (low > 0 && rise[low]! > 0.1) low--;
  let high = middle;
  while (high < count && rise[high]! < 0.9) high++;
  return ((high - low) * 2 * half) / count;
}
