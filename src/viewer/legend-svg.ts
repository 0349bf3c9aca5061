import { escapedXml, type TextWidth } from './svg-text.js';

/** A colour of the picture, and what it stands for. */
export interface LegendEntry {
  /** `#rrggbb`. */
  colour: string;
  words: string;
  /** How it is drawn in the picture: the outline of a box, or a coloured surface. */
  mark: 'box' | 'surface';
}

/** A strip below a picture. */
export interface Legend {
  heightPx: number;
  /** SVG elements with their origin at (0, 0). */
  svg: string;
}

/** Rows of entries, as many per row as there is room for, and a caption in the first row. */
export function legendSvg(
  entries: readonly LegendEntry[],
  caption: string,
  { widthPx, fontPx, widthOf }: { widthPx: number; fontPx: number; widthOf: TextWidth },
): Legend {
  const [pad, rowPx, markPx] = [fontPx, Math.round(fontPx * 1.8), fontPx];
  const parts: string[] = [];
  let [x, row] = [pad, 0];
  const put = (itemPx: number, draw: (x: number, baselineY: number) => string) => {
    if (x > pad && x + itemPx > widthPx - pad) [x, row] = [pad, row + 1];
    parts.push(draw(x, row * rowPx + Math.round(rowPx * 0.68)));
    x += itemPx + Math.round(fontPx * 1.4);
  };
  const text = (words: string, atX: number, y: number) =>
    `<text x="${atX}" y="${y}" font-size="${fontPx}" fill="#e8eaed">${escapedXml(words)}</text>`;
  put(widthOf(caption, fontPx), (at, y) => text(caption, at, y));
  for (const { colour, words, mark } of entries) {
    const paint =
      mark === 'box' ? `fill="none" stroke="${colour}" stroke-width="2.5"` : `fill="${colour}"`;
    put(markPx + fontPx / 2 + widthOf(words, fontPx), (at, y) => {
      const square = `<rect x="${at}" y="${y - markPx + 2}" width="${markPx}" height="${markPx}" ${paint}/>`;
      return square + text(words, at + markPx + fontPx / 2, y);
    });
  }
  const heightPx = (row + 1) * rowPx;
  const ground = `<rect width="${widthPx}" height="${heightPx}" fill="#14181d"/>`;
  return { heightPx, svg: `${ground}\n${parts.join('\n')}` };
}
