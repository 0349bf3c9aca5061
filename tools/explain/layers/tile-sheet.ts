import { overlaySvgPng } from '../../../src/codec/image-codec.js';
import type { RgbImage } from '../../datasets/sample.js';
import { at, escaped } from '../../page/svg.js';

/** A picture of the sheet with its caption. */
export interface Tile {
  picture: RgbImage;
  words: string;
  /** Drawn with a red edge. */
  isMarked?: boolean;
  /** A place to draw a frame around, as shares of the picture's width and height. */
  placeNorm?: readonly [number, number];
}

export interface SheetOptions {
  title: string;
  /** Width of a tile's picture; its height follows from the tallest aspect ratio among the pictures. */
  tilePx: number;
  /** Tiles side by side; by default, as many as make the sheet about square. */
  columns?: number;
}

const gapPx = 6;
const wordsPx = 15;
const titlePx = 30;
const backgroundLevel = 24;

/** Pictures side by side with captions, as one PNG. Enlarged pictures keep hard pixel edges. */
export async function tileSheet(
  tiles: readonly Tile[],
  { title, tilePx, columns }: SheetOptions,
): Promise<Uint8Array> {
  const share = Math.max(...tiles.map(({ picture: { widthPx, heightPx } }) => heightPx / widthPx));
  const tileHeightPx = Math.max(1, Math.round(tilePx * share));
  const [cellPx, cellHeightPx] = [tilePx + gapPx, tileHeightPx + wordsPx + gapPx];
  const across = columns ?? Math.ceil(Math.sqrt((tiles.length * cellHeightPx) / cellPx));
  const widthPx = Math.max(gapPx + across * cellPx, 16 + Math.ceil(title.length * 8.5));
  const heightPx = titlePx + Math.ceil(tiles.length / across) * cellHeightPx;
  const data = new Uint8Array(widthPx * heightPx * 3).fill(backgroundLevel);
  const parts = [`<text x="8" y="20" font-size="15" fill="#ffffff">${escaped(title)}</text>`];
  for (const [index, { picture, words, isMarked, placeNorm }] of tiles.entries()) {
    const left = gapPx + (index % across) * cellPx;
    const top = titlePx + Math.floor(index / across) * cellHeightPx;
    const height = Math.round((tilePx * picture.heightPx) / picture.widthPx);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < tilePx; x++) {
        const fromX = Math.floor((x * picture.widthPx) / tilePx);
        const fromY = Math.floor((y * picture.heightPx) / height);
        const from = (fromY * picture.widthPx + fromX) * 3;
        const to = ((top + y) * widthPx + left + x) * 3;
        for (let c = 0; c < 3; c++) data[to + c] = picture.data[from + c]!;
      }
    if (isMarked)
      parts.push(
        `<rect x="${left}" y="${top}" width="${tilePx}" height="${height}" fill="none" stroke="#ff4d6d" stroke-width="2"/>`,
      );
    if (placeNorm !== undefined) {
      const half = Math.min(tilePx, height) / 10;
      const inside = (share: number, edgePx: number) =>
        Math.min(edgePx - half, Math.max(half, share * edgePx)) - half;
      const [x, y] = [left + inside(placeNorm[0], tilePx), top + inside(placeNorm[1], height)];
      for (const [colour, thick] of [
        ['#000000', 3.5],
        ['#ffffff', 1.5],
      ] as const)
        parts.push(
          `<rect x="${at(x)}" y="${at(y)}" width="${at(2 * half)}" height="${at(2 * half)}" fill="none" stroke="${colour}" stroke-width="${thick}"/>`,
        );
    }
    parts.push(
      `<text x="${left}" y="${top + height + 11}" font-size="10" fill="#e0e0e0">${escaped(words)}</text>`,
    );
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" font-family="DejaVu Sans, Arial, sans-serif" font-weight="600">${parts.join('\n')}</svg>`;
  return overlaySvgPng({ widthPx, heightPx, data }, svg);
}

/** Values as a picture from black through red and yellow to white; `most` is white. */
export function glowPicture(
  values: Float32Array,
  columns: number,
  rows: number,
  least: number,
  most: number,
): RgbImage {
  const data = new Uint8Array(values.length * 3);
  const range = most > least ? most - least : 1;
  for (const [i, value] of values.entries()) {
    const level = Math.min(1, Math.max(0, (value - least) / range)) * 3;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = 255 * Math.min(1, Math.max(0, level - c));
  }
  return { widthPx: columns, heightPx: rows, data };
}
