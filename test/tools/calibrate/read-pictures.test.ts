import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodePng } from '../../../src/codec/image-codec.js';
import {
  readCalibrationPictures,
  readPictureAgain,
} from '../../../tools/calibrate/read-pictures.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windshield-boards-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('of two folders whose pictures have the same names, each picture is found again', async () => {
  const greys = { morning: 40, noon: 200 };
  for (const [folder, grey] of Object.entries(greys)) {
    mkdirSync(join(dir, folder));
    const data = new Uint8Array(8 * 6 * 3).fill(grey);
    writeFileSync(join(dir, folder, '1.png'), await encodePng({ widthPx: 8, heightPx: 6, data }));
  }
  const places = Object.keys(greys).map((folder) => join(dir, folder));
  const names: string[] = [];
  for await (const { name } of readCalibrationPictures(places, 1)) names.push(name);
  expect(names).toHaveLength(2);
  const again = await Promise.all(names.map((name) => readPictureAgain(places, 1, name)));
  expect(again.map((picture) => picture?.data[0])).toEqual(Object.values(greys));
});
