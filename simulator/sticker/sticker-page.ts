import { evaluationStyle } from '../../tools/evaluate/page/evaluation-style.js';
import { htmlPage } from '../../tools/page/html-page.js';
import { htmlPicture, htmlTable, spoken } from '../../tools/page/html-parts.js';
import { exactUri, photoUri } from '../../tools/page/picture-uri.js';
import { escaped } from '../../tools/page/svg.js';
import { stickerPicture } from './sticker.js';
import { looks, type StickerCell, type StickerReport } from './try-sticker.js';

const cropPx = 150;

/** How often a sign with this look was misread: `3/4 (1 not read)`. */
export function misread({ read, count }: StickerCell, look: (typeof looks)[number]): string {
  const { wrong, none } = read[look];
  return `${wrong + none}/${count}${none > 0 ? ` (${none} not read)` : ''}`;
}

export const stickerHead = ['distance', 'turned', 'height', ...looks, 'mostly read as'];

export const stickerRows = ({ cells }: StickerReport): string[][] =>
  cells.map((cell) => [
    `${cell.distanceM} m`,
    `${cell.turnedDegrees}°`,
    `${cell.heightPx.toFixed(0)} px`,
    ...looks.map((look) => misread(cell, look)),
    spoken(cell.mostly),
  ]);

/** One self-contained HTML document: the sticker, the table, and the sign as the camera sees it. */
export async function stickerPage(network: string, report: StickerReport): Promise<string> {
  const { className, sizeCm, sticker, cells, target } = report;
  const rows = await Promise.all(
    cells.map(async (cell) => {
      const figures = await Promise.all(
        looks.map(async (look) => {
          const picture = cell.shown[look];
          if (picture === undefined) return '';
          const uri = await (picture.widthPx > cropPx
            ? photoUri(picture, cropPx)
            : exactUri(picture));
          const words = `${look}: misread ${misread(cell, look)}`;
          return `<figure>${htmlPicture(uri, words)}<figcaption>${escaped(words)}</figcaption></figure>`;
        }),
      );
      return `<h3>${cell.distanceM} m, turned by ${cell.turnedDegrees}°</h3><div class="row">${figures.join('')}</div>`;
    }),
  );
  const printed = await exactUri(stickerPicture(sticker, 280));
  return htmlPage({
    title: `A sticker on ${spoken(className)}`,
    subtitle: `${network}; ${sizeCm} x ${sizeCm} cm on a sign of 90 cm, learnt ${target === undefined ? 'to be read as anything else' : `to be read as ${spoken(target)}`}, rendered in worlds and light that it was not learnt in. For the defence of one's own networks.`,
    style: `${evaluationStyle} .row { display: flex; flex-wrap: wrap; gap: 12px; } .row figure { width: ${cropPx}px; margin: 0; } .row img { width: ${cropPx}px; height: ${cropPx}px; object-fit: contain; image-rendering: pixelated; } .printed { image-rendering: pixelated; }`,
    body: `<section><h2>The sticker</h2>${htmlPicture(printed, 'the sticker').replace('<img', '<img class="printed"')}</section>
<section><h2>How often the sign is misread</h2>${htmlTable(stickerHead, stickerRows(report))}</section>
<section><h2>As the camera sees it</h2>${rows.join('\n')}</section>`,
  });
}
