import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { FolderStore } from '../../../tools/fleet/store/folder-store.js';
import { type DriveCodes, packCodes } from '../../../tools/similar/code-file.js';
import { findSimilar, type SimilarFrame } from '../../../tools/similar/find-similar.js';
import { searchedCodes } from '../../../tools/similar/searched-drive.js';
import { openCodes } from '../../../tools/similar/stored-codes.js';
import { codesInOldFormat, madeUpCodes } from './made-up-codes.js';

/** By sorting all there is. */
function byBruteForce(drives: DriveCodes[], query: Float32Array, count: number, apartS: number) {
  const all = drives.flatMap(({ drive, location, dims, timesS, codes }) =>
    Array.from(timesS, (timeS, frame): SimilarFrame => {
      let sum = 0;
      for (let d = 0; d < dims; d++) sum += (codes[frame * dims + d]! - query[d]!) ** 2;
      return { drive, location, timeS, distance: Math.sqrt(sum) };
    }),
  );
  const kept: SimilarFrame[] = [];
  for (const frame of all.sort((a, b) => a.distance - b.distance)) {
    const isNear = (other: SimilarFrame) =>
      other.location === frame.location && Math.abs(other.timeS - frame.timeS) < apartS;
    if (kept.length < count && !kept.some(isNear)) kept.push(frame);
  }
  return kept;
}

/** Drives of few scenes: many frames are near each other, and some are equal. */
const fleets = fc
  .record({
    dims: fc.constantFrom(8, 32, 64),
    drives: fc.integer({ min: 1, max: 4 }),
    frames: fc.integer({ min: 1, max: 150 }),
    scenes: fc.integer({ min: 1, max: 12 }),
    spread: fc.constantFrom(0, 1e-3, 0.1),
    everyS: fc.constantFrom(0.1, 1),
    seed: fc.nat(),
  })
  .map(({ dims, drives, frames, scenes, spread, everyS, seed }) => {
    const centres = madeUpCodes({ drive: '', frames: scenes, dims, seed }).codes;
    return Array.from({ length: drives }, (_, place): DriveCodes => {
      const drive = madeUpCodes({ drive: `d${place}`, frames, dims, seed: seed + place + 1 });
      const codes = drive.codes.map((value, at) => {
        const scene = Math.floor(at / dims / 10 + place) % scenes;
        return centres[scene * dims + (at % dims)]! + spread * value;
      });
      return { ...drive, codes, timesS: drive.timesS.map((frame) => frame * everyS) };
    });
  });

test('what is found is what sorting all frames by their distance gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fleets,
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(0, 3),
      fc.boolean(),
      async (drives, count, apartS, isAmong) => {
        const { codes, dims } = drives.at(-1)!;
        const query = codes.slice(0, dims).map((value) => (isAmong ? value : 0.8 * value));
        const found = await findSimilar(drives.map(searchedCodes), query, count, apartS);
        expect(found).toEqual(byBruteForce(drives, query, count, apartS));
      },
    ),
    { numRuns: 150 },
  );
});

test('a frame that stands for a minute of a camera at rest does not hide the others', async () => {
  const still = madeUpCodes({ drive: 'still', frames: 2000, dims: 8, seed: 1 });
  still.timesS.forEach((frame, place) => {
    still.timesS[place] = frame / 50;
  });
  still.codes.fill(0.5);
  const other = madeUpCodes({ drive: 'other', frames: 3, dims: 8, seed: 2 });
  const query = new Float32Array(8).fill(0.5);
  const found = await findSimilar([still, other].map(searchedCodes), query, 15, 3);
  expect(found.filter(({ drive }) => drive === 'still')).toHaveLength(14);
  expect(found.at(-1)!.drive).toBe('other');
});

test('a code that is no number is never found', async () => {
  const drive = madeUpCodes({ drive: 'a', frames: 4, dims: 8, seed: 1 });
  drive.codes.fill(Number.NaN, 8, 16);
  drive.codes[16] = Number.POSITIVE_INFINITY;
  const found = await findSimilar([searchedCodes(drive)], drive.codes.slice(0, 8), 4, 0);
  expect(found.map(({ timeS }) => timeS)).toEqual([0, 3]);
  const narrow = searchedCodes(madeUpCodes({ drive: 'b', frames: 1, dims: 16, seed: 1 }));
  await expect(findSimilar([narrow], new Float32Array(8), 1, 0)).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: 'expected codes of 8 numbers, found 16 of drive b',
  });
});

/** Counts what is read of a folder. */
class CountingStore extends FolderStore {
  bytes = 0;
  override async open(key: string) {
    const opened = await super.open(key);
    return {
      path: opened.path,
      sizeBytes: opened.sizeBytes,
      read: async (offset: number, length: number) => {
        const bytes = await opened.read(offset, length);
        this.bytes += bytes.length;
        return bytes;
      },
      close: () => opened.close(),
    };
  }
}

test('of files a fraction is read, and what is no codes is named', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-find-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const drives = Array.from({ length: 3 }, (_, place) => ({
    ...madeUpCodes({ drive: `d${place}`, frames: 6000, dims: 32, seed: place }),
    // As JPEG would be.
    thumbnails: Array.from({ length: 6000 }, () => new Uint8Array(200)),
  }));
  for (const [place, drive] of drives.entries())
    await writeFile(
      join(dir, `${drive.drive}.codes`),
      place === 2 ? codesInOldFormat(drive) : packCodes(drive),
    );
  await writeFile(join(dir, 'empty.codes'), '');
  await writeFile(join(dir, 'other.codes'), 'something else');
  const store = new CountingStore(dir);
  const { drives: opened, unreadable } = await openCodes(store, 'm');
  expect(unreadable).toEqual(['empty.codes', 'other.codes']);
  const query = drives[1]!.codes.slice(0, 32);
  expect(await findSimilar(opened, query, 5, 3)).toEqual(byBruteForce(drives, query, 5, 3));
  // Of the two with rough codes, times and rough codes; of the third, its codes; and of none a picture.
  expect(store.bytes).toBeLessThan(2 * 6000 * 50 + 6000 * 140 + 1_000_000);
  await expect(openCodes(store, 'others')).rejects.toThrow(
    /expected codes of others, as windshield fleet codes writes them, found m$/,
  );
});
