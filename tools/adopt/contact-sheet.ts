import { overlaySvgPng, resizeImage } from '../../src/codec/image-codec.js';
import type { RgbImage } from '../datasets/sample.js';
import type { FoundBox } from '../evaluate/match-boxes.js';
import { at, escaped } from '../page/svg.js';

const columns = 4;
const mostPictures = 16;
const tileWidthPx = 480;
const colours = ['#4cc9f0', '#f72585', '#ffd60a', '#80ed99', '#ff7b00', '#b5179e', '#ffffff'];

/** A picture with what a network found in it; without `found` that is already drawn into the picture. */
export interface SeenPicture {
  id: string;
  image: RgbImage;
  found?: readonly FoundBox[];
}

/** Draws up to 16 pictures with the network's findings into one PNG, for a check at a glance; `legend` next to the title. */
export async function contactSheet(
  seen: readonly SeenPicture[],
  title: string,
  legend: readonly { name: string; rgb: readonly number[] }[] = [],
): Promise<Uint8Array> {
  const shown = seen.slice(0, mostPictures);
  const shares = shown.map(({ image }) => image.heightPx / image.widthPx);
  const tileHeightPx = Math.min(tileWidthPx, Math.round(tileWidthPx * Math.max(...shares)));
  const titlePx = 28;
  const widthPx = Math.min(columns, shown.length) * tileWidthPx;
  const heightPx = titlePx + Math.ceil(shown.length / columns) * tileHeightPx;
  const data = new Uint8Array(widthPx * heightPx * 3).fill(24);
  const parts = [`<text x="8" y="20" font-size="15" fill="#ffffff">${escaped(title)}</text>`];
  const characterPx = 8.5;
  let legendLeft = 24 + title.length * characterPx;
  for (const { name, rgb } of legend) {
    parts.push(
      `<rect x="${at(legendLeft)}" y="8" width="13" height="13" fill="rgb(${rgb.join(',')})"/>`,
      `<text x="${at(legendLeft + 18)}" y="19" font-size="12" fill="#ffffff">${escaped(name.replaceAll('_', ' '))}</text>`,
    );
    legendLeft += 34 + name.length * characterPx;
  }
  const boxes = shown.flatMap(({ found = [] }) => found);
  const classNames = [...new Set(boxes.map(({ className }) => className))];
  for (const [index, { id, image, found }] of shown.entries()) {
    const scale = Math.min(tileWidthPx / image.widthPx, tileHeightPx / image.heightPx);
    const width = Math.max(1, Math.floor(image.widthPx * scale));
    const height = Math.max(1, Math.floor(image.heightPx * scale));
    const small = await resizeImage(image, width, height);
    const left = (index % columns) * tileWidthPx;
    const top = titlePx + Math.floor(index / columns) * tileHeightPx;
    for (let row = 0; row < height; row++) {
      const line = small.data.subarray(row * width * 3, (row + 1) * width * 3);
      data.set(line, ((top + row) * widthPx + left) * 3);
    }
    for (const { className, score, boxXyxyPx } of found ?? []) {
      const [x, y, right, bottom] = boxXyxyPx.map((edge) => edge * scale) as typeof boxXyxyPx;
      const colour = colours[classNames.indexOf(className) % colours.length];
      const words = `${className.replaceAll('_', ' ')} ${Math.round(score * 100)}`;
      parts.push(
        `<rect x="${at(left + x)}" y="${at(top + y)}" width="${at(right - x)}" height="${at(bottom - y)}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
        `<text x="${at(left + x)}" y="${at(Math.max(top + 10, top + y - 3))}" font-size="11" fill="${colour}" stroke="#000000" stroke-width="0.3">${escaped(words)}</text>`,
      );
    }
    parts.push(
      `<text x="${left + 4}" y="${top + height - 5}" font-size="11" fill="#ffffff">${escaped(id)}${found ? `: ${found.length}` : ''}</text>`,
    );
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" font-family="DejaVu Sans, Arial, sans-serif" font-weight="600">${parts.join('\n')}</svg>`;
  return overlaySvgPng({ widthPx, heightPx, data }, svg);
}
