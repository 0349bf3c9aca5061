import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PictureSet, SmallPictureMaker } from '../../../tools/autoencoder/small-pictures.js';
import { trainAutoencoder } from '../../../tools/autoencoder/train-autoencoder.js';
import { FolderStore } from '../../../tools/fleet/store/folder-store.js';
import { codeFleet } from '../../../tools/similar/code-fleet.js';
import { autoencoderKind } from '../../../tools/similar/coder-kinds.js';
import { findSimilar } from '../../../tools/similar/find-similar.js';
import { openCodes } from '../../../tools/similar/stored-codes.js';
import { tinyDriveSize, tinyPicture, writeTinyDrive } from '../../support/tiny-drive.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-kinds-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('an autoencoder codes drives, and a frame is found by its code', async () => {
  const pictures = new PictureSet();
  const maker = new SmallPictureMaker();
  for (const frame of [0, 9])
    pictures.add(maker.make({ ...tinyDriveSize, data: tinyPicture(frame) }));
  const learning = { codeSize: 16, isDenoising: false, steps: 2, seed: 1 };
  const { bytes } = await trainAutoencoder(pictures, undefined, learning);
  const file = join(dir, 'autoencoder.onnx');
  await writeFile(file, bytes);
  // A blue square comes in with the seventh frame.
  await writeTinyDrive(join(dir, 'a.mcap'), 8);
  const kind = autoencoderKind(file);
  const codes = new FolderStore(join(dir, 'codes'));
  const drives = { drives: [{ path: join(dir, 'a.mcap') }], runUpSeconds: 10 };
  const options = { everyS: 0.05, store: {} };
  expect(await codeFleet(drives, kind, codes, options)).toMatchObject({ drives: 1, frames: 8 });
  const { drives: opened } = await openCodes(codes, kind.maker);
  const [coded, ...others] = opened;
  expect(others).toEqual([]);
  expect(coded!.dims).toBe(16);
  const found = await findSimilar([coded!], await coded!.exact([7]), 8, 0);
  expect(found[0]).toMatchObject({ drive: 'a', distance: 0 });
  expect(found[0]!.timeS).toBeCloseTo(0.35, 6);
  // The other frame with the square before those without.
  expect(found[1]!.timeS).toBeCloseTo(0.3, 6);
});
