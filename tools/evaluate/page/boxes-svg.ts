import type { BoxXyxy } from '../../datasets/box-geometry.js';
import { spoken } from '../../page/html-parts.js';
import type { PictureUri } from '../../page/picture-uri.js';
import { at, escaped } from '../../page/svg.js';
import type { PictureOutcome } from '../detection-outcomes.js';

interface BoxedPicture {
  widthPx: number;
  heightPx: number;
  picture: PictureUri | undefined;
}

/** A picture with its boxes drawn over it: found, missed, false, not scored. Boxes stay sharp at any size. */
export function boxesSvg(
  { widthPx, heightPx, picture }: BoxedPicture,
  { right, missed, wrong, ignored }: PictureOutcome,
): string {
  // Text stays readable whatever the picture's size.
  const fontPx = Math.max(10, Math.max(widthPx, heightPx) / 38);
  const draw = (box: Readonly<BoxXyxy>, kind: string, words: string, name = '') => {
    const [left, top, boxRight, bottom] = box;
    const y = top > fontPx * 1.2 ? top - fontPx * 0.3 : Math.min(heightPx, bottom + fontPx);
    const text = name
      ? `<text x="${at(Math.max(0, left))}" y="${at(y)}" font-size="${at(fontPx)}">${escaped(name)}</text>`
      : '';
    return `<g><title>${escaped(words)}</title><rect class="box ${kind}" x="${at(left)}" y="${at(top)}" width="${at(boxRight - left)}" height="${at(bottom - top)}"/>${text}</g>`;
  };
  const image =
    picture === undefined
      ? `<rect class="track" width="${widthPx}" height="${heightPx}"/>`
      : `<image href="${picture.uri}" width="${widthPx}" height="${heightPx}" preserveAspectRatio="none"/>`;
  const title = `${right.length} found, ${missed.length} missed, ${wrong.length} false`;
  return `<svg viewBox="0 0 ${at(widthPx)} ${at(heightPx)}" role="img" aria-label="${title}">${[
    image,
    ...ignored.map(({ boxXyxyPx }) => draw(boxXyxyPx, 'ignored', 'not scored')),
    ...right.map(({ className, score, boxXyxyPx }) =>
      draw(boxXyxyPx, 'found', `${spoken(className)} ${score.toFixed(2)}`),
    ),
    ...missed.map(({ className, boxXyxyPx }) =>
      draw(boxXyxyPx, 'lost', `${spoken(className)}, missed`, spoken(className)),
    ),
    ...wrong.map(({ box: { className, score, boxXyxyPx }, kind }) => {
      const name = `${spoken(className)} ${score.toFixed(2)}`;
      return draw(boxXyxyPx, 'false', `${name}, ${kind}`, name);
    }),
  ].join('')}</svg>`;
}
