import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { bundleFiles, dotBundle } from '../support/dot-bundle.js';

describe('a bundle folder', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bundle-'));
    const files = bundleFiles(dotBundle());
    await writeFile(join(dir, 'manifest.json'), files.manifestText);
    await writeFile(join(dir, 'golden.json'), files.goldenText);
    await writeFile(join(dir, 'model.onnx'), files.network);
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is read whole', async () => {
    const bundle = await readBundleFolder(dir);
    expect(bundle.manifest.name).toBe('dot');
    expect(bundle.where).toBe(dir);
  });

  it.each(['manifest.json', 'golden.json', 'model.onnx'])(
    'without %s is refused with its path',
    async (name) => {
      await rm(join(dir, name));
      await expect(readBundleFolder(dir)).rejects.toMatchObject({
        code: 'ERR_BUNDLE',
        message: expect.stringMatching(
          new RegExp(`^${join(dir, name)}: expected .*, found nothing there$`),
        ),
      });
    },
  );

  it('with a folder for a file is refused', async () => {
    await rm(join(dir, 'model.onnx'));
    await mkdir(join(dir, 'model.onnx'));
    await expect(readBundleFolder(dir)).rejects.toMatchObject({ code: 'ERR_BUNDLE' });
  });

  it('with a file too large is refused before it is read', async () => {
    // A sparse file: it takes no room on the disk.
    await truncate(join(dir, 'model.onnx'), 600 * 2 ** 20);
    await expect(readBundleFolder(dir)).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringMatching(/at most 536870912 bytes, found 629145600/),
    });
  });

  it('with a truncated network is refused by its hash', async () => {
    await truncate(join(dir, 'model.onnx'), 50);
    await expect(readBundleFolder(dir)).rejects.toMatchObject({ code: 'ERR_BUNDLE_HASH' });
  });
});
