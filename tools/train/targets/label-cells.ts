import type { MatchingBox } from './match-default-boxes.js';

/** Label of a cell without a statement: the loss ignores it. */
export const ignoredCell = 255;

/**
 * Labels the centre of each cell of a rows x columns map: 0 for background, 1 + class id inside a box
 * (the smallest if boxes overlap), 255 inside a region to ignore. Written to `out` at `offset`.
 */
export function labelCells(
  truth: readonly MatchingBox[],
  rows: number,
  columns: number,
  out: Uint8Array,
  offset: number,
): void {
  out.fill(0, offset, offset + rows * columns);
  const area = ({ boxXyxyNorm: [left, top, right, bottom] }: MatchingBox): number =>
    (right - left) * (bottom - top);
  // Large boxes first, so that small ones overwrite them.
  for (const { classId, boxXyxyNorm } of [...truth].sort((a, b) => area(b) - area(a))) {
    const [left, top, right, bottom] = boxXyxyNorm;
    const label = classId < 0 ? ignoredCell : classId + 1;
    const firstRow = Math.max(0, Math.ceil(top * rows - 0.5));
    const lastRow = Math.min(rows - 1, Math.floor(bottom * rows - 0.5));
    const firstColumn = Math.max(0, Math.ceil(left * columns - 0.5));
    const lastColumn = Math.min(columns - 1, Math.floor(right * columns - 0.5));
    for (let row = firstRow; row <= lastRow; row++) {
      const start = offset + row * columns;
      if (lastColumn >= firstColumn) out.fill(label, start + firstColumn, start + lastColumn + 1);
    }
  }
}
