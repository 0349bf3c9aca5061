import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type DecodedImage, decodeImage, imageSize } from './image-codec.js';
import { decodePpm } from './ppm.js';

/** File name extensions of readable pictures. */
export const pictureExtensions: readonly string[] = [
  '.jpg',
  '.jpeg',
  '.png',
  '.ppm',
  '.webp',
  '.tif',
  '.tiff',
];

const isPpm = (path: string) => extname(path).toLowerCase() === '.ppm';

/** Decodes a picture file to packed rgb8; rejects if it is not a picture or is cut off. */
export async function decodePictureFile(path: string): Promise<DecodedImage> {
  return isPpm(path) ? decodePpm(await readFile(path)) : decodeImage(path);
}

/** Width and height of a picture file, pixels; only the header is read, except for PPM. */
export async function pictureFileSize(
  path: string,
): Promise<{ widthPx: number; heightPx: number }> {
  if (!isPpm(path)) return imageSize(path);
  const { widthPx, heightPx } = decodePpm(await readFile(path));
  return { widthPx, heightPx };
}
