import { spoken } from '../../src/viewer/box-label.js';
import type { PictureUri } from './picture-uri.js';
import { escaped } from './svg.js';

/** A table; the first column is on the left, numbers on the right. Cells are plain text. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}<${tag}></${tag}></tr>`;
  return `<div class="wide"><table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table></div>`;
}

/** A picture of the page itself; `words` are for readers without eyes. */
export const htmlPicture = ({ uri, widthPx, heightPx }: PictureUri, words: string): string =>
  `<img src="${uri}" width="${widthPx}" height="${heightPx}" alt="${escaped(words)}">`;

/** What is unfolded on demand. */
export const unfolded = (summary: string, body: string): string =>
  `<details><summary>${escaped(summary)}</summary>${body}</details>`;

/** A share as percent with one digit. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A score of three digits. */
export const score = (value: number): string => value.toFixed(3);

/** Radians as degrees of two digits. */
export const degrees = (rad: number): string => `${((rad * 180) / Math.PI).toFixed(2)}°`;

export { spoken };
