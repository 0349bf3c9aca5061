import { expect, test } from 'vitest';
import { type DriveCodes, packCodes, unpackCodes } from '../../../tools/similar/code-file.js';
import { openSearchedDrive } from '../../../tools/similar/searched-drive.js';
import { codesInOldFormat, madeUpCodes } from './made-up-codes.js';

const codes = madeUpCodes({ drive: 'a', frames: 5, dims: 16, seed: 1 });

const searched = (bytes: Uint8Array) =>
  openSearchedDrive(async () => ({
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    close: async () => {},
  }));

test('codes come back from their bytes, and other bytes are none', async () => {
  const bytes = packCodes(codes);
  expect(unpackCodes(bytes)).toEqual(codes);
  // Of a file that is read into the middle of a larger buffer too.
  const within = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  expect(unpackCodes(within)).toEqual(codes);
  for (const cut of [0, 3, 20, 200, bytes.length - 1]) {
    expect(unpackCodes(bytes.subarray(0, cut))).toBeUndefined();
    expect(await searched(bytes.subarray(0, cut))).toBeUndefined();
  }
  const text = new TextEncoder().encode('no codes at all');
  expect(unpackCodes(text)).toBeUndefined();
  expect(await searched(text)).toBeUndefined();
});

test('exact codes are read by frame, of files of either format', async () => {
  const { thumbnails: _, codes: all, ...facts }: DriveCodes = codes;
  for (const bytes of [packCodes(codes), codesInOldFormat(codes)]) {
    expect(unpackCodes(bytes)).toEqual(codes);
    const drive = (await searched(bytes))!;
    expect(drive).toMatchObject(facts);
    expect(await drive.exact([1, 4])).toEqual(
      Float32Array.from([...all.subarray(16, 32), ...all.subarray(64, 80)]),
    );
  }
});
