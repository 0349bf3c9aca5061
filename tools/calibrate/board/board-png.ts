import { decodeImage, encodePng } from '../../../src/codec/image-codec.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { escaped } from '../../page/svg.js';
import type { BoardSheet, SheetShape } from './board-sheet.js';

const maxPixels = 8192 * 8192;

/** The sheet as a PNG with `dotsPerInch`, its true size recorded in the file. Throws ERR_USAGE if it would be too large. */
export async function boardPng(sheet: BoardSheet, dotsPerInch: number): Promise<Uint8Array> {
  const scale = dotsPerInch / 25.4;
  const widthPx = Math.round(sheet.widthMm * scale);
  const heightPx = Math.round(sheet.heightMm * scale);
  if (widthPx * heightPx > maxPixels)
    throw new PerceptionError(
      'ERR_USAGE',
      `expected a sheet of at most ${maxPixels} pixels, found ${widthPx}x${heightPx}: ask for fewer dots an inch, or a PDF`,
    );
  const shapes = sheet.shapes.map((shape) => element(shape, scale)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><rect width="100%" height="100%" fill="#fff"/>${shapes}</svg>`;
  const image = await decodeImage(new TextEncoder().encode(svg));
  return encodePng(image, dotsPerInch);
}

function element(shape: SheetShape, scale: number): string {
  const px = (mm: number) => String(Number((mm * scale).toFixed(3)));
  const { xMm, yMm } = shape;
  if (shape.shape === 'rect')
    return `<rect x="${px(xMm)}" y="${px(yMm)}" width="${px(shape.widthMm)}" height="${px(shape.heightMm)}"/>`;
  if (shape.shape === 'circle')
    return `<circle cx="${px(xMm)}" cy="${px(yMm)}" r="${px(shape.radiusMm)}"/>`;
  return `<text x="${px(xMm)}" y="${px(yMm)}" font-size="${px(shape.heightMm)}" font-family="Helvetica, DejaVu Sans, sans-serif">${escaped(shape.text)}</text>`;
}
