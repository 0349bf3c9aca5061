/** Cells of the picture that boards should cover: columns and rows. */
export const coverageCells = { cols: 8, rows: 6 } as const;

/** A picture's size, pixels. */
export interface PictureSize {
  widthPx: number;
  heightPx: number;
}

/** Number of board points in each cell of the picture, row-major. */
export function countCoverage(
  views: Iterable<{ pointsPx: ArrayLike<number> }>,
  { widthPx, heightPx }: PictureSize,
): Uint32Array {
  const { cols, rows } = coverageCells;
  const counts = new Uint32Array(cols * rows);
  for (const { pointsPx } of views)
    for (let i = 0; i < pointsPx.length; i += 2) {
      const col = Math.floor((pointsPx[i]! * cols) / widthPx);
      const row = Math.floor((pointsPx[i + 1]! * rows) / heightPx);
      counts[clamp(row, rows) * cols + clamp(col, cols)]!++;
    }
  return counts;
}

const clamp = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);

/** Share of the cells with at least one point, 0..1. */
export const coverageShare = (counts: Uint32Array): number =>
  counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0) / counts.length;
