import { expect, test } from 'vitest';
import { Rerun } from '../../page/rerun/rerun.js';
import { packedRgbLayout } from '../../src/frame/frame.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { writeTinyBundles } from '../support/tiny-bundles.js';
import { temporaryDir } from './browser.js';

test('when one bundle cannot be opened, the sessions of those before it are released', async () => {
  const { dir, remove } = temporaryDir();
  try {
    const dirs = await writeTinyBundles(dir);
    const names = ['detection', 'segmentation', 'steering'] as const;
    const bundles = await Promise.all(names.map((name) => readBundleFolder(dirs[name])));
    const open = new Set<string>();
    const opening = (broken: string, mayRun: boolean) =>
      Rerun.open({
        bundles,
        frame: packedRgbLayout(64, 48),
        camera: undefined,
        async createSession(bundle) {
          const { task } = bundle.manifest;
          if (task === broken && !mayRun) throw new Error('no session');
          const session = await createNetworkSession(bundle, { providers: ['cpu'] });
          open.add(task);
          const { provider, isPartlyOnCpu, maxBatch, input, outputs } = session;
          return {
            ...{ provider, isPartlyOnCpu, maxBatch, input, outputs },
            run: (batch) =>
              task === broken ? Promise.reject(new Error('no run')) : session.run(batch),
            dispose: async () => {
              open.delete(task);
              await session.dispose();
            },
          };
        },
      });
    for (const broken of names)
      for (const mayRun of [true, false]) {
        await expect(opening(broken, mayRun)).rejects.toThrow(mayRun ? 'no run' : 'no session');
        expect([...open], `${broken}, may run: ${mayRun}`).toEqual([]);
      }
    const rerun = await opening('none', true);
    expect(open.size).toBe(3);
    await rerun.dispose();
    expect(open.size).toBe(0);
  } finally {
    remove();
  }
});
