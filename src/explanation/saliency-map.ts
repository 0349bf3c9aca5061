/** How much each place of a grid counts for an answer. */
export interface SaliencyMap {
  columns: number;
  rows: number;
  /** Row-major, 0 (nothing) to 1 (the most). */
  values: Float32Array;
}

/** Scales the map so that its largest value is 1; a map without values above 0 becomes 0. */
export function normalised({ columns, rows, values }: SaliencyMap): SaliencyMap {
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  const scale = most > 0 ? 1 / most : 0;
  return { columns, rows, values: values.map((value) => Math.max(0, value) * scale) };
}

/** The value at a place given as shares of width and height, interpolated between four neighbours; 0 outside. */
export function saliencyAt({ columns, rows, values }: SaliencyMap, xNorm: number, yNorm: number) {
  if (xNorm < 0 || yNorm < 0 || xNorm > 1 || yNorm > 1) return 0;
  const x = Math.min(columns - 1, Math.max(0, xNorm * columns - 0.5));
  const y = Math.min(rows - 1, Math.max(0, yNorm * rows - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(columns - 1, left + 1), Math.min(rows - 1, top + 1)];
  const [dx, dy] = [x - left, y - top];
  const at = (column: number, row: number) => values[row * columns + column]!;
  const upper = at(left, top) * (1 - dx) + at(right, top) * dx;
  const lower = at(left, bottom) * (1 - dx) + at(right, bottom) * dx;
  return upper * (1 - dy) + lower * dy;
}
