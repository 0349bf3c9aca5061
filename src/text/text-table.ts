import Table from 'cli-table3';

/** Nothing is drawn but two spaces between columns. */
const chars = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

export interface TableOptions {
  /** Columns of numbers, from 0; their heads and cells are right-aligned. */
  numbers?: readonly number[];
}

/** Lines of equal columns for people, two spaces apart; a missing cell is empty. The first row may be the heads. */
export function textTable(
  rows: readonly (readonly string[])[],
  { numbers = [] }: TableOptions = {},
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0) return '';
  const table = new Table({
    chars: { ...chars, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: Array.from({ length: columns }, (_, i) => (numbers.includes(i) ? 'right' : 'left')),
  });
  for (const row of rows) table.push(Array.from({ length: columns }, (_, i) => row[i] ?? ''));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Columns 1 to `last`. */
export const columnsTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
