import { spoken } from '../../src/viewer/box-label.js';
import type { PictureUri } from './picture-uri.js';
import { escaped } from './svg.js';

/** A table; the first column is left-aligned, numbers right-aligned. Cells are plain text. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}<${tag}></${tag}></tr>`;
  return `<div class="wide"><table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table></div>`;
}

/** A picture embedded in the page; `words` is its text for screen readers. */
export const htmlPicture = ({ uri, widthPx, heightPx }: PictureUri, words: string): string =>
  `<img src="${uri}" width="${widthPx}" height="${heightPx}" alt="${escaped(words)}">`;

/** Content that unfolds on click. */
export const unfolded = (summary: string, body: string): string =>
  `<details><summary>${escaped(summary)}</summary>${body}</details>`;

/** A share as a percentage with one decimal. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A score with three decimals. */
export const score = (value: number): string => value.toFixed(3);

/** Radians as degrees with two decimals. */
export const degrees = (rad: number): string => `${((rad * 180) / Math.PI).toFixed(2)}°`;

export { spoken };
