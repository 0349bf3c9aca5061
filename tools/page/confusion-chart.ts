import { spoken } from '../../src/viewer/box-label.js';
import { at, escaped, label, picture } from './svg.js';

export interface ConfusionChart {
  title: string;
  names: readonly string[];
  /** Rows are the truth, columns the answer. */
  counts: readonly (readonly number[])[];
  /** A drawing of a class for its row and column, 100 x 100 units, SVG. */
  iconOf?: (classId: number) => string;
}

const namePx = 250;
const iconPx = 17;

/**
 * A confusion matrix as a picture. Each row is a true class; a cell's strength is the share of the row that was
 * called its column. Right answers (the diagonal) have one colour, wrong ones another. Rows and columns of classes
 * that neither occur nor are answered are omitted.
 */
export function confusionChart({ title, names, counts, iconOf }: ConfusionChart): string {
  const shown = names
    .map((_, id) => id)
    .filter((id) => counts.some((row) => row[id]! > 0) || counts[id]!.some((count) => count > 0));
  const cellPx =
    shown.length > 16 ? iconPx : Math.min(44, Math.floor(640 / Math.max(1, shown.length)));
  const hasWords = cellPx >= 34;
  const headPx = iconOf ? iconPx + 8 : 104;
  const widthPx = Math.max(namePx + shown.length * cellPx + 60, 480);
  const heightPx = headPx + shown.length * cellPx + 26;
  const left = (column: number) => namePx + column * cellPx;
  const top = (row: number) => headPx + row * cellPx;
  const head = (id: number, column: number) =>
    iconOf
      ? icon(iconOf(id), left(column) + (cellPx - iconPx) / 2, 2, names[id]!)
      : `<g transform="translate(${at(left(column) + cellPx / 2 + 4)} ${headPx - 6}) rotate(-50)">${label(0, 0, spoken(names[id]!))}</g>`;
  const rowName = (id: number, row: number) => {
    const middle = top(row) + cellPx / 2;
    const iconPart = iconOf
      ? icon(iconOf(id), namePx - iconPx - 5, middle - iconPx / 2, names[id]!)
      : '';
    return (
      iconPart +
      label(namePx - (iconOf ? iconPx + 11 : 8), middle + 4, spoken(names[id]!), '', 'end')
    );
  };
  const cells = shown.flatMap((truth, row) => {
    const total = counts[truth]!.reduce((sum, count) => sum + count, 0);
    return shown.map((answer, column) => {
      const count = counts[truth]![answer]!;
      if (count === 0) return '';
      const share = count / total;
      const words = `${spoken(names[truth]!)} called ${spoken(names[answer]!)}: ${count} of ${total} (${percent(share)})`;
      const kind = truth === answer ? 'right' : 'wrong';
      // Keeps a single mistake among hundreds visible.
      const strength = Math.max(0.12, Math.sqrt(share)).toFixed(2);
      const box = `<rect class="${kind}" fill-opacity="${strength}" x="${at(left(column) + 0.5)}" y="${at(top(row) + 0.5)}" width="${cellPx - 1}" height="${cellPx - 1}"><title>${escaped(words)}</title></rect>`;
      const text = hasWords
        ? label(
            left(column) + cellPx / 2,
            top(row) + cellPx / 2 + 4,
            percent(share).replace(' %', ''),
            'cell',
            'middle',
          )
        : '';
      return box + text;
    });
  });
  const sidePx = shown.length * cellPx;
  return picture(widthPx, heightPx, title, [
    `<rect class="track" x="${namePx}" y="${headPx}" width="${sidePx}" height="${sidePx}"/>`,
    ...cells,
    ...shown.map(head),
    ...shown.map(rowName),
    label(
      namePx + sidePx / 2,
      heightPx - 6,
      'called (columns) of what it is (rows)',
      'muted',
      'middle',
    ),
  ]);
}

/** Short, but never "0 %" or "100 %" for other values. */
function percent(share: number): string {
  const value = share * 100;
  if (share > 0 && value < 0.5) return '<1 %';
  if (share < 1 && value > 99.5) return '>99 %';
  return `${Math.round(value)} %`;
}

const icon = (drawing: string, x: number, y: number, name: string) =>
  `<svg x="${at(x)}" y="${at(y)}" width="${iconPx}" height="${iconPx}" viewBox="0 0 100 100"><title>${escaped(spoken(name))}</title>${drawing}</svg>`;
