import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPngSamples } from '../../src/codec/png-samples.js';
import { casePath } from '../support/cases.js';

const label = (kind: string) =>
  readFileSync(casePath(`02-label-map-png-kinds/${kind}/valannot/seq_0001.png`));

/** A PNG of these parts; checksums are not looked at. */
function pngOf(header: number[], chunks: [string, Uint8Array][]): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body, Buffer.alloc(4)]);
  };
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(header[0]!);
  ihdr.writeUInt32BE(header[1]!, 4);
  ihdr.set(header.slice(2), 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    ['IHDR', ihdr] as [string, Uint8Array],
    ...chunks,
    ['IEND', Buffer.alloc(0)] as [string, Uint8Array],
  ];
  return Buffer.concat([signature, ...parts.map(([type, body]) => chunk(type, body))]);
}

describe('the samples of a PNG', () => {
  it.each(['grey8', 'grey8gamma', 'grey4', 'grey16', 'palette8', 'palette4', 'palette-voc'])(
    'are those that are stored in %s',
    (kind) => {
      const { widthPx, heightPx, channels, samples } = readPngSamples(label(kind));
      expect([widthPx, heightPx, channels]).toEqual([480, 360, 1]);
      expect([...new Set(samples)].sort((a, b) => a - b)).toEqual([0, 1, 3, 5, 8]);
    },
  );

  it.each([false, true])(
    'are what sharp decodes of 8 bits, interlaced: %s',
    async (progressive) => {
      const [width, height] = [37, 21];
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) >> 3);
      const raw = { raw: { width, height, channels: 3 as const } };
      // Level filters of every kind occur with adaptive filtering.
      const png = await sharp(data, raw).png({ progressive, adaptiveFiltering: true }).toBuffer();
      const read = readPngSamples(png);
      expect([read.channels, read.bitDepth]).toEqual([3, 8]);
      expect(Uint8Array.from(read.samples)).toEqual(data);
    },
  );

  it('of less than a byte stand side by side, also interlaced', () => {
    // 3x2 of 2 bits: [0 1 2; 3 0 1]; Adam7's passes are (0,0), (2,0), then (1,0), then row 1.
    const plain = Buffer.from([0, 0b00011000, 0, 0b11000100]);
    const passes = Buffer.from([0, 0b00000000, 0, 0b10000000, 0, 0b01000000, 0, 0b11000100]);
    for (const [interlace, body] of [
      [0, plain],
      [1, passes],
    ] as const) {
      const png = pngOf([3, 2, 2, 0, 0, 0, interlace], [['IDAT', deflateSync(body)]]);
      expect([...readPngSamples(png).samples]).toEqual([0, 1, 2, 3, 0, 1]);
    }
  });

  it.each([
    ['no PNG', Buffer.from('GIF89a'), /expected a PNG/],
    ['a size of none', pngOf([0, 1, 8, 0, 0, 0, 0], []), /found 0x1/],
    ['too many pixels', pngOf([1e6, 1e6, 8, 0, 0, 0, 0], []), /1000000x1000000/],
    ['a depth that cannot be', pngOf([1, 1, 3, 0, 0, 0, 0], []), /of 3 bits/],
    [
      'too few bytes',
      pngOf([4, 4, 8, 0, 0, 0, 0], [['IDAT', deflateSync(Buffer.alloc(3))]]),
      /expected 20 bytes/,
    ],
    [
      'far too many bytes',
      pngOf([1, 1, 8, 0, 0, 0, 0], [['IDAT', deflateSync(Buffer.alloc(1e7))]]),
      /larger than/,
    ],
    [
      'a filter that cannot be',
      pngOf([1, 1, 8, 0, 0, 0, 0], [['IDAT', deflateSync(Buffer.from([9, 0]))]]),
      /filter/,
    ],
    [
      'a palette missing',
      pngOf([1, 1, 8, 3, 0, 0, 0], [['IDAT', deflateSync(Buffer.alloc(2))]]),
      /palette/,
    ],
    ['an end in the middle', Buffer.from(label('grey8')).subarray(0, 200), /found the end|header/],
  ])('of %s are refused', (_, bytes, message) => {
    expect(() => readPngSamples(bytes)).toThrow(message);
  });
});
