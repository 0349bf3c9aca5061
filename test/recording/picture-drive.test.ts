import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listPictureFolder, timeAt } from '../../src/recording/picture-drive.js';

test('pictures come in the order that a person would count them', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-list-'));
  const names = ['img2.png', 'img10.jpg', 'img1.JPEG', 'img011.ppm', 'b.webp', 'a.tiff'];
  for (const name of [...names, 'readme.md', '.hidden.jpg']) await writeFile(join(dir, name), '');
  await mkdir(join(dir, 'more.jpg'));
  const { pictures } = await listPictureFolder(dir);
  expect(pictures.map(({ path }) => basename(path))).toEqual([
    'a.tiff',
    'b.webp',
    'img1.JPEG',
    'img2.png',
    'img10.jpg',
    'img011.ppm',
  ]);
  await rm(dir, { recursive: true });
});

test('times at a rate never drift: each is right to half a nanosecond', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(20, 25, 30, 30000 / 1001, 60), (i, rateHz) => {
      expect(Math.abs(Number(timeAt(i, rateHz)) - (i * 1e9) / rateHz)).toBeLessThanOrEqual(0.5);
    }),
  );
});

test('pictures named by times in seconds come in their order, however many decimals', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'windshield-times-'));
  const names = ['9.763555.png', '9.8.png', '9.05.png', '10.1.png', '1403636579.76.png'];
  for (const name of names) await writeFile(join(dir, name), '');
  // What is no picture of the drive does not change the order: a hidden file of another system, a folder.
  await writeFile(join(dir, '._9.8.png'), '');
  await mkdir(join(dir, 'spoilt.png'));
  const { pictures } = await listPictureFolder(dir);
  expect(pictures.map(({ path }) => basename(path))).toEqual([
    '9.05.png',
    '9.763555.png',
    '9.8.png',
    '10.1.png',
    '1403636579.76.png',
  ]);
  await rm(dir, { recursive: true });
});
