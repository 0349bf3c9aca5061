import { at, escaped, label, picture } from './svg.js';

export interface Bar {
  name: string;
  /** Share of the full width, 0..1. */
  share: number;
  /** Shown after the bar. */
  words: string;
  /** Red, green, blue 0..255; defaults to the style sheet's first colour. */
  colourRgb?: readonly [number, number, number];
}

const widthPx = 960;
const namePx = 190;
const wordsPx = 190;
const rowPx = 24;
const barPx = 14;

/** Bars from the left, one per row, as an SVG element; a thin track shows the length of 1. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const fullPx = widthPx - namePx - wordsPx;
  const rows = bars.flatMap(({ name, share, words, colourRgb }, index) => {
    const textY = index * rowPx + rowPx / 2 + 4;
    const barY = index * rowPx + (rowPx - barPx) / 2;
    const paint = colourRgb === undefined ? '' : ` style="fill:rgb(${colourRgb.join(' ')})"`;
    return [
      label(namePx - 12, textY, name, '', 'end'),
      `<rect class="track" x="${namePx}" y="${at(barY)}" width="${fullPx}" height="${barPx}"/>`,
      `<rect class="s0 fill"${paint} x="${namePx}" y="${at(barY)}" width="${at(Math.max(0, Math.min(1, share)) * fullPx)}" height="${barPx}"><title>${escaped(`${name}: ${words}`)}</title></rect>`,
      label(namePx + fullPx + 10, textY, words, 'muted'),
    ];
  });
  return picture(widthPx, Math.max(rowPx, bars.length * rowPx), title, rows);
}
