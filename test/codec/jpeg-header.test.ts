import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodeJpeg, encodePng, isWholeJpeg } from '../../src/codec/image-codec.js';
import { jpegLength, readJpegHeader, withoutExif } from '../../src/codec/jpeg-header.js';
import { casePath } from '../support/cases.js';

const greyImage = (widthPx: number, heightPx: number) => ({
  widthPx,
  heightPx,
  data: new Uint8Array(widthPx * heightPx * 3).fill(128),
});

test('the size in the header is that of the picture', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 300 }),
      async (widthPx, heightPx) => {
        const jpeg = await encodeJpeg(greyImage(widthPx, heightPx), 80);
        expect(readJpegHeader(jpeg)).toEqual({ widthPx, heightPx, hasExif: false });
        expect(jpegLength(jpeg)).toBe(jpeg.length);
      },
    ),
    { numRuns: 30 },
  );
});

test('a JPEG that is cut off anywhere is never taken for a whole one', async () => {
  const jpeg = await encodeJpeg(greyImage(64, 48), 80);
  for (let length = 0; length < jpeg.length; length++) {
    expect(jpegLength(jpeg.subarray(0, length))).toBeUndefined();
  }
});

test('zeros behind the end, fill bytes between markers and comments are passed over', async () => {
  const jpeg = await encodeJpeg(greyImage(64, 48), 80);
  const whole = { widthPx: 64, heightPx: 48, hasExif: false };
  expect(readJpegHeader(Buffer.concat([jpeg, new Uint8Array(1000)]))).toEqual(whole);
  expect(jpegLength(Buffer.concat([jpeg, new Uint8Array(1000)]))).toBe(jpeg.length);
  const start = jpeg.subarray(0, 2);
  const comment = Uint8Array.of(0xff, 0xff, 0xff, 0xfe, 0x00, 0x05, 0x61, 0x62, 0x63);
  expect(readJpegHeader(Buffer.concat([start, comment, jpeg.subarray(2)]))).toEqual(whole);
});

test('other bytes are no JPEG, whatever they are', async () => {
  expect(readJpegHeader(await encodePng(greyImage(8, 8)))).toBeUndefined();
  const anyByte = fc.oneof(fc.nat(255), fc.constantFrom(0xff, 0xc0, 0xc4, 0, 4));
  fc.assert(
    fc.property(fc.array(anyByte, { maxLength: 64 }), (some) => {
      const bytes = Uint8Array.from(some);
      if (bytes[0] !== 0xff || bytes[1] !== 0xd8) expect(readJpegHeader(bytes)).toBeUndefined();
      const behindMagic = Buffer.of(0xff, 0xd8, ...bytes);
      const header = readJpegHeader(behindMagic);
      if (header === undefined) return;
      // A size is read from the bytes, never made up: it stands behind the first marker, length and precision.
      const { heightPx, widthPx } = header;
      const size = Buffer.of(heightPx >> 8, heightPx & 0xff, widthPx >> 8, widthPx & 0xff);
      expect(behindMagic.indexOf(size, 7)).toBeGreaterThan(0);
    }),
  );
});

test('what lies behind the end marker is not part of a JPEG, even if it ends in one', () => {
  for (const name of ['frame0', 'frame1', 'frame2', 'frame3']) {
    const bytes = readFileSync(casePath(`05-jpeg-with-trailer/${name}.jpg`));
    const length = jpegLength(bytes)!;
    expect(length).toBeLessThan(bytes.length);
    expect([...bytes.subarray(length - 2, length)]).toEqual([0xff, 0xd9]);
    expect(jpegLength(Buffer.concat([bytes, bytes]))).toBe(length);
  }
});

test('a JPEG whose middle is missing is not whole', async () => {
  const bytes = readFileSync(casePath('05-jpeg-with-trailer/frame0.jpg'));
  const jpeg = bytes.subarray(0, jpegLength(bytes));
  expect(await isWholeJpeg(jpeg)).toBe(true);
  const middle = Math.floor(jpeg.length / 2);
  const cut = Buffer.concat([jpeg.subarray(0, middle), jpeg.subarray(-2)]);
  expect(jpegLength(cut)).toBe(cut.length);
  expect(await isWholeJpeg(cut)).toBe(false);
});

test('without EXIF a JPEG has the same pixels and no orientation; any other bytes stay as they are', async () => {
  const noise = Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => (i * 89) & 255);
  const raw = { raw: { width: 16, height: 8, channels: 3 } } as const;
  const plain = new Uint8Array(await sharp(noise, raw).jpeg().toBuffer());
  const turned = new Uint8Array(
    await sharp(noise, raw).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  );
  const stripped = withoutExif(turned);
  expect((await sharp(turned).metadata()).orientation).toBe(6);
  expect((await sharp(stripped).metadata()).orientation).toBeUndefined();
  expect(readJpegHeader(stripped)).toEqual({ widthPx: 16, heightPx: 8, hasExif: false });
  const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();
  expect(await pixels(stripped)).toEqual(await pixels(turned));
  expect(withoutExif(plain)).toBe(plain);
  // Cut off anywhere, it never becomes longer or fails.
  for (let end = 0; end < turned.length; end++)
    expect(withoutExif(turned.slice(0, end)).length).toBeLessThanOrEqual(end);
  const other = new Uint8Array(9);
  expect(withoutExif(other)).toBe(other);
});
