import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importPictureDrive } from '../../src/recording/import-drive.js';
import { listPictureFolder } from '../../src/recording/picture-drive.js';
import { casePath } from '../support/cases.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-import-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('JPEGs with bytes behind their end are copied without them', async () => {
  const drive = await listPictureFolder(casePath('05-jpeg-with-trailer'));
  const summary = await importPictureDrive(drive, { out: join(dir, 'trailer.mcap') });
  expect(summary).toMatchObject({ frames: 4, copied: 4, skipped: {} });
});

test('a drive of which no frame can be read is an error and leaves no recording', async () => {
  const jpeg = await readFile(casePath('05-jpeg-with-trailer/frame0.jpg'));
  // The header stands, the pixels are missing.
  await writeFile(join(dir, 'a.jpg'), jpeg.subarray(0, jpeg.length >> 1));
  const out = join(dir, 'none.mcap');
  await expect(importPictureDrive(await listPictureFolder(dir), { out })).rejects.toMatchObject({
    code: 'ERR_SOURCE_FORMAT',
    message: expect.stringContaining('1 undecodable'),
  });
  expect(existsSync(out)).toBe(false);
});
