import { readFile } from 'node:fs/promises';
import { decodeImage, encodeJpeg } from '../../src/codec/image-codec.js';
import type { RgbImage } from '../../tools/datasets/sample.js';

/** Overview of some of a data set's pictures, in its folder. */
export const sheetFileName = 'sheet.jpg';
export const sheetPictures = 24;
const columns = 4;
const tileWidthPx = 320;

/** The first pictures of a data set side by side, each 320 wide, as a JPEG. */
export async function sheetOfPictures(files: readonly string[]): Promise<Uint8Array> {
  const tiles: RgbImage[] = [];
  for (const file of files) {
    tiles.push(shrunk(await decodeImage(await readFile(file)), tileWidthPx));
  }
  return encodeJpeg(tiled(tiles, columns), 82, true);
}

/** Pictures of one size in rows, left to right. Packed rgb8. */
export function tiled(tiles: readonly RgbImage[], inRow: number): RgbImage {
  const [first] = tiles;
  const size = { widthPx: first?.widthPx ?? 1, heightPx: first?.heightPx ?? 1 };
  const widthPx = inRow * size.widthPx;
  const heightPx = Math.ceil(Math.max(1, tiles.length) / inRow) * size.heightPx;
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (const [index, tile] of tiles.entries()) {
    const left = (index % inRow) * size.widthPx;
    const top = Math.floor(index / inRow) * size.heightPx;
    for (let y = 0; y < size.heightPx; y++) {
      const row = tile.data.subarray(y * size.widthPx * 3, (y + 1) * size.widthPx * 3);
      data.set(row, ((top + y) * widthPx + left) * 3);
    }
  }
  return { widthPx, heightPx, data };
}

/** The picture scaled to this width by averaging pixels; smaller pictures are not enlarged. */
function shrunk(image: RgbImage, widthPx: number): RgbImage {
  if (image.widthPx <= widthPx) return image;
  const scale = image.widthPx / widthPx;
  const heightPx = Math.round(image.heightPx / scale);
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const mean = meanOf(image, x * scale, y * scale, scale);
      data.set(mean, (y * widthPx + x) * 3);
    }
  }
  return { widthPx, heightPx, data };
}

function meanOf({ widthPx, heightPx, data }: RgbImage, left: number, top: number, size: number) {
  const sums = [0, 0, 0];
  const right = Math.max(Math.floor(left) + 1, Math.min(widthPx, Math.floor(left + size)));
  const bottom = Math.max(Math.floor(top) + 1, Math.min(heightPx, Math.floor(top + size)));
  let count = 0;
  for (let y = Math.floor(top); y < bottom; y++) {
    for (let x = Math.floor(left); x < right; x++, count++) {
      for (let k = 0; k < 3; k++) sums[k]! += data[(y * widthPx + x) * 3 + k]!;
    }
  }
  return sums.map((sum) => Math.round(sum / count));
}
