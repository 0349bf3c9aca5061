import { readFile } from 'node:fs/promises';
import type { Sharp, SharpOptions } from 'sharp';
import { maxPixels } from '../frame/rgb-image.js';
import { decodePlainJpeg, plainJpeg } from './turbo-jpeg.js';

let loading: Promise<typeof import('sharp').default> | undefined;

/** Loads sharp for the first picture that needs it: a run on plain JPEGs never does, and starts sooner. */
async function openSharp(input: string | Uint8Array, options: SharpOptions): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    return sharp;
  });
  return (await loading)(input, options);
}

/** A decoded picture: packed rgb8, row-major; `data` is owned by the caller. */
export interface DecodedImage {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

/**
 * Decodes a JPEG, PNG, WebP, TIFF, GIF or SVG file or buffer to packed rgb8 (alpha is dropped onto black),
 * on libuv's thread pool. EXIF orientation is not applied: pixels are as stored. Rejects if the bytes are not a picture,
 * or are a JPEG with missing data; the caller names the file.
 *
 * Plain JPEGs go through libjpeg-turbo, in a third of the time (benchmarks/jpeg-decode.ts), alike in training, evaluation
 * and on the rig.
 */
export async function decodeImage(input: string | Uint8Array): Promise<DecodedImage> {
  const bytes = typeof input === 'string' && isJpegName(input) ? await readFile(input) : input;
  const plain = typeof bytes === 'string' ? undefined : plainJpeg(bytes);
  if (typeof bytes === 'string' || plain === undefined) return decodeBySharp(bytes);
  if (plain.widthPx * plain.heightPx > maxPixels)
    throw new Error(
      `expected at most ${maxPixels} pixels, found ${plain.widthPx}x${plain.heightPx}`,
    );
  const data = await decodePlainJpeg(bytes, plain);
  if (data !== undefined) return { ...plain, data };
  // The decoder also stops at harmless faults, such as stray bytes before a marker.
  if (!(await isWholeJpeg(bytes)))
    throw new Error('expected a whole JPEG, found one that is damaged');
  return decodeBySharp(bytes);
}

const isJpegName = (path: string) => /\.jpe?g$/i.test(path);

async function decodeBySharp(input: string | Uint8Array): Promise<DecodedImage> {
  const opened = await openSharp(input, { limitInputPixels: maxPixels, failOn: 'error' });
  const { data, info } = await opened
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`expected 3 channels, found ${info.channels}`);
  return { widthPx: info.width, heightPx: info.height, data };
}

/**
 * Width and height from a picture's header, pixels as stored, without decoding it, and its EXIF orientation: 1 as
 * stored, 2 mirrored, 3 upside down, 4 both, 5 to 8 on its side (EXIF 2.32, tag 0x0112). Pixels are never rotated.
 */
export async function imageSize(
  input: string | Uint8Array,
): Promise<{ widthPx: number; heightPx: number; orientation: number }> {
  const picture = await openSharp(input, { limitInputPixels: maxPixels });
  const header = await picture.metadata();
  return { widthPx: header.width, heightPx: header.height, orientation: header.orientation ?? 1 };
}

/**
 * The brightest value of a picture with 16 bits per channel, 0..65535; undefined for fewer bits. Below 4096 the picture
 * is from a camera of at most 12 bits whose values were not scaled up, and looks like night.
 */
export async function brightestOf16Bits(input: string | Uint8Array): Promise<number | undefined> {
  const picture = await openSharp(input, { limitInputPixels: maxPixels });
  if ((await picture.metadata()).depth !== 'ushort') return undefined;
  const { channels } = await picture.stats();
  // Alpha is usually full and tells nothing about brightness.
  const colours = channels.length % 2 === 0 ? channels.slice(0, -1) : channels;
  return Math.max(...colours.map(({ max }) => max));
}

/**
 * False if a JPEG's data end before its pixels do, such as when its middle is missing: libjpeg then fills the rest with
 * grey and only warns. Other warnings (extra bytes before a marker, as some cameras write) do not harm the picture.
 */
export async function isWholeJpeg(bytes: Uint8Array): Promise<boolean> {
  try {
    // At an eighth of the size: all data are read, but few pixels are made.
    const { width } = await (await openSharp(bytes, { limitInputPixels: maxPixels })).metadata();
    const strict = { limitInputPixels: maxPixels, failOn: 'warning' } as const;
    await (await openSharp(bytes, strict))
      .resize({ width: Math.max(1, width >> 3) })
      .raw()
      .toBuffer();
    return true;
  } catch (error) {
    return !/premature end|unsupported|corrupt JPEG data: (bad|found)/i.test(String(error));
  }
}

const rawInput = (image: DecodedImage) =>
  openSharp(image.data, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } });

/**
 * Encodes packed rgb8 as baseline JPEG; quality 1..100, chroma 4:2:0. `isCompact` takes three times as long for about a
 * quarter fewer bytes (trellis quantisation, optimised Huffman codes); any decoder reads it as quickly.
 */
export async function encodeJpeg(
  image: DecodedImage,
  quality: number,
  isCompact = false,
): Promise<Uint8Array> {
  const compact = { trellisQuantisation: true, overshootDeringing: true, quantisationTable: 3 };
  return (await rawInput(image))
    .jpeg({ quality, chromaSubsampling: '4:2:0', ...(isCompact && compact) })
    .toBuffer();
}

/** Encodes packed rgb8 as PNG; `dotsPerInch` tells printers its true size. */
export async function encodePng(image: DecodedImage, dotsPerInch?: number): Promise<Uint8Array> {
  const raw = await rawInput(image);
  return (dotsPerInch === undefined ? raw : raw.withMetadata({ density: dotsPerInch }))
    .png()
    .toBuffer();
}

/** Encodes a label map (one byte per pixel, a class id) as 8-bit grey PNG, which readPngSamples reads back. */
export async function encodeLabelMap(
  labels: Uint8Array,
  widthPx: number,
  heightPx: number,
): Promise<Uint8Array> {
  const raw = await openSharp(labels, { raw: { width: widthPx, height: heightPx, channels: 1 } });
  return raw.toColourspace('b-w').png().toBuffer();
}

/** Draws an SVG document over a picture of the same size; the caller owns the returned pixels. */
export async function overlaySvgPixels(image: DecodedImage, svg: string): Promise<DecodedImage> {
  const drawn = (await rawInput(image)).composite([{ input: Buffer.from(svg) }]);
  const { widthPx, heightPx } = image;
  return { widthPx, heightPx, data: await drawn.removeAlpha().raw().toBuffer() };
}

/**
 * Draws an SVG document over packed rgb8 and encodes the result as PNG. `belowPx` black rows are added below the picture,
 * for a document that is that much taller.
 */
export async function overlaySvgPng(
  image: DecodedImage,
  svg: string,
  belowPx = 0,
): Promise<Uint8Array> {
  const raw = await rawInput(image);
  return (belowPx === 0 ? raw : raw.extend({ bottom: belowPx, background: '#000' }))
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer();
}

/** Widths of texts in a bold font of this size, pixels, measured by the engine that draws SVGs. `family` as in SVG. */
export async function measureTexts(
  texts: Iterable<string>,
  family: string,
  fontPx: number,
): Promise<Map<string, number>> {
  const { default: sharp } = await import('sharp');
  const widths = new Map<string, number>();
  // A point is a pixel at 72 dots per inch; text of only spaces has no picture.
  const font = `${family.replaceAll(', ', ',')} Bold ${fontPx}`;
  for (const words of new Set(texts)) {
    if (words.trim() === '') continue;
    const text = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const { width } = await sharp({ text: { text, font, dpi: 72 } }).metadata();
    widths.set(words, width);
  }
  return widths;
}

/** Resizes packed rgb8 to exactly widthPx x heightPx with area-aware filtering. */
export async function resizeImage(
  image: DecodedImage,
  widthPx: number,
  heightPx: number,
): Promise<DecodedImage> {
  const raw = await rawInput(image);
  const data = await raw
    .resize(widthPx, heightPx, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  return { widthPx, heightPx, data };
}
