import sharp, { type JpegOptions } from 'sharp';
import { expect, test } from 'vitest';
import { decodeImage } from '../../src/codec/image-codec.js';
import { decodePlainJpegInto, plainJpeg } from '../../src/codec/turbo-jpeg.js';

const [widthPx, heightPx] = [96, 64];
/** Shades, edges and colours, so that every part of the decoder has to do. */
const picture = Buffer.from(
  Array.from({ length: widthPx * heightPx }, (_, i) => {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    return [(x * 255) / widthPx, (y * 255) / heightPx, (x ^ y) & 16 ? 220 : 30];
  }).flat(),
);
const raw = () => sharp(picture, { raw: { width: widthPx, height: heightPx, channels: 3 } });
const jpeg = (options: JpegOptions = {}) => raw().jpeg(options).toBuffer();

test('a plain JPEG is decoded into shared memory, pixel for pixel near to what sharp makes of it', async () => {
  for (const chromaSubsampling of ['4:2:0', '4:4:4']) {
    const bytes = await jpeg({ quality: 80, chromaSubsampling });
    expect(plainJpeg(bytes)).toEqual({ widthPx, heightPx });
    const slot = new Uint8Array(new SharedArrayBuffer(widthPx * heightPx * 3 + 8), 8);
    expect(decodePlainJpegInto(bytes, slot)).toBe(true);
    const expected = await sharp(bytes).raw().toBuffer();
    const differences = expected.map((value, i) => Math.abs(value - slot[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(4);
    expect(differences.reduce((sum, value) => sum + value, 0) / expected.length).toBeLessThan(1.5);
    const { data } = await decodeImage(bytes);
    expect(Buffer.compare(Buffer.from(data), Buffer.from(slot))).toBe(0);
  }
});

test('grey is decoded to three equal channels', async () => {
  const bytes = await raw().toColourspace('b-w').jpeg().toBuffer();
  expect(plainJpeg(bytes)).toEqual({ widthPx, heightPx });
  const { data } = await decodeImage(bytes);
  expect(data.length).toBe(widthPx * heightPx * 3);
  expect(data[300]).toBe(data[301]);
});

test('what is not plain is left to sharp: progressive, CMYK, a colour profile, no JPEG', async () => {
  const others = [
    await jpeg({ progressive: true }),
    await raw().toColourspace('cmyk').jpeg().toBuffer(),
    await raw().withIccProfile('p3').jpeg().toBuffer(),
    await raw().png().toBuffer(),
    Buffer.alloc(0),
  ];
  for (const bytes of others) expect(plainJpeg(bytes)).toBeUndefined();
  for (const bytes of others.slice(0, 4))
    expect(await decodeImage(bytes)).toMatchObject({ widthPx, heightPx });
});

test('a JPEG that is cut off, or whose middle is missing, is refused and shown by no decoder', async () => {
  const bytes = await jpeg({ quality: 95 });
  const middle = bytes.length >> 1;
  const holed = Buffer.concat([bytes.subarray(0, middle), bytes.subarray(middle + 300)]);
  for (const damaged of [bytes.subarray(0, bytes.length >> 1), holed]) {
    expect(decodePlainJpegInto(damaged, new Uint8Array(widthPx * heightPx * 3))).toBe(false);
    await expect(decodeImage(damaged)).rejects.toThrow();
  }
});

test('stray bytes before a marker, as some cameras write them, leave the picture whole', async () => {
  const bytes = await jpeg();
  const end = bytes.length - 2;
  const padded = Buffer.concat([
    bytes.subarray(0, end),
    Buffer.from([1, 2, 3]),
    bytes.subarray(end),
  ]);
  expect(await decodeImage(padded)).toMatchObject({ widthPx, heightPx });
});

test('a header that claims more pixels than any camera has is refused before memory is taken', async () => {
  const bytes = Buffer.from(await jpeg());
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(65000, frame + 5);
  bytes.writeUInt16BE(65000, frame + 7);
  await expect(decodeImage(bytes)).rejects.toThrow(/at most/);
});
