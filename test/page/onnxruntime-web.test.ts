import * as runtime from 'onnxruntime-web/wasm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webSessions } from '../../page/rerun/onnxruntime-web.js';
import type { Bundle } from '../../src/bundle/bundle.js';
import { certify } from '../../src/inference/network-session.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { writeAdoptedDetector } from '../support/tiny-bundles.js';
import { repoDir, temporaryDir } from './browser.js';

// The page's WebAssembly, without a browser around it.
runtime.env.wasm.numThreads = 1;
const { createSession, createWatched } = webSessions(runtime, 'wasm');

const { dir, remove } = temporaryDir();
let adopted: Bundle;
beforeAll(async () => {
  await writeAdoptedDetector(dir);
  adopted = await readBundleFolder(dir);
});
afterAll(remove);

const bytes = Float32Array.from({ length: 24 * 32 * 3 }, (_, i) => i % 200);

test('a network of bytes, with a second input and as many answers as it finds, answers on the page as on the rig', async () => {
  const rig = await createNetworkSession(adopted, { providers: ['cpu'] });
  const page = await createSession(adopted);
  expect(await certify(page, adopted)).toMatchObject({ isCertified: true });
  for (const session of [rig, page]) {
    session.input.set(bytes);
    await session.run();
  }
  expect([...page.outputs['labels']!]).toEqual([1, 1, 0, 0, 0]);
  expect(page.outputs).toEqual(rig.outputs);
  await rig.dispose();
  await page.dispose();
});

test('inner values of such a network can be watched', async () => {
  const watched = await createWatched(adopted.network, adopted);
  const { scores } = await watched.run(bytes);
  expect(scores!.dims).toEqual([2]);
  expect([...scores!.data]).toEqual([expect.closeTo(0.9, 3), 0.75]);
});

test('a network that is not what its manifest says is refused with the difference', async () => {
  const { manifest } = adopted;
  const outputs = manifest.outputs.map((output) => ({ ...output, dtype: 'int32' as const }));
  await expect(
    createSession({ ...adopted, manifest: { ...manifest, outputs } }),
  ).rejects.toMatchObject({
    code: 'ERR_BUNDLE_SHAPE',
    message: expect.stringContaining('output boxes: expected int32'),
  });
});

test('that sums of 8-bit weights do not saturate is proven on the page too', async () => {
  const bundle = await readBundleFolder(`${repoDir}/models/steering-rendered-int8`);
  const { weights, ...quantisation } = bundle.manifest.quantisation!;
  expect(weights?.pairSumBits).toBe(16);
  const wide = { ...bundle, manifest: { ...bundle.manifest, quantisation } };
  const session = await createSession(wide);
  expect(await certify(session, wide, { allowUncertified: true })).toMatchObject({
    isCertified: true,
  });
  await session.dispose();
});
