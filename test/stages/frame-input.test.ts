import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FrameLayout, PixelFormat } from '../../src/frame/frame.js';
import { frameBytes } from '../../src/frame/frame.js';
import { createNetworkSession } from '../../src/inference/onnxruntime-node.js';
import { readBundleFolder } from '../../src/inference/read-bundle-folder.js';
import { certifyDeviceInput } from '../../src/stages/certify-device-input.js';
import { loadStageRunner } from '../../src/stages/create-stage-runner.js';
import { deviceInput } from '../../src/stages/device-input.js';
import { type FrameInput, hostInput } from '../../src/stages/frame-input.js';
import { preprocessingPlace } from '../../src/stages/preprocessing-place.js';
import { writeTinyBundles } from '../support/tiny-bundles.js';

let dir: string;
let bundleDirs: Awaited<ReturnType<typeof writeTinyBundles>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-input-'));
  bundleDirs = await writeTinyBundles(join(dir, 'models'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A frame that grows brighter to the right and down. */
function rampFrame(format: PixelFormat): { layout: FrameLayout; pixels: Uint8Array } {
  const layout: FrameLayout = { format, widthPx: 64, heightPx: 48, strideBytes: 200 };
  const pixels = Uint8Array.from(
    { length: frameBytes(layout) },
    (_, i) => 40 + (i % 200) / 2 + Math.floor(i / 200),
  );
  return { layout, pixels };
}

it.each(['rgb8', 'nv12'] as const)(
  'a provider that preprocesses %s frames itself comes to the same answer',
  async (format) => {
    const { layout, pixels } = rampFrame(format);
    for (const task of ['steering', 'segmentation', 'detection'] as const) {
      const bundle = await readBundleFolder(bundleDirs[task]);
      const session = await createNetworkSession(bundle, { providers: ['cpu'] });
      const setup = { bundle, session, frame: layout, camera: undefined, detectorClasses: [] };
      const here = hostInput(setup);
      here.take(pixels);
      await here.session.run();
      const device = await deviceInput(setup);
      device.take(pixels);
      await device.session.run();
      expect([here.preprocessedBy, device.preprocessedBy]).toEqual(['wasm-simd', 'device']);
      for (const [name, expected] of Object.entries(here.session.outputs)) {
        const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
        const found = device.session.outputs[name]!;
        const worst = found.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i]!)), 0);
        expect(worst / scale, `${task} ${name}`).toBeLessThan(0.02);
      }
      const runner = (await loadStageRunner(task))(setup, device);
      expect((await runner.run(pixels)).result.stage).toBe(task);
      await runner.dispose();
      await session.dispose();
    }
  },
);

it('leaves preprocessing here unless the provider has a memory of its own, or the file says so', () => {
  expect(preprocessingPlace('auto', 'cpu')).toBe('host');
  expect(preprocessingPlace('auto', 'webgpu')).toBe('host');
  expect(preprocessingPlace('auto', 'cuda')).toBe('device');
  expect(preprocessingPlace('auto', 'tensorrt')).toBe('device');
  expect(preprocessingPlace('host', 'cuda')).toBe('host');
  expect(preprocessingPlace('device', 'cpu')).toBe('device');
});

it('proves preprocessing on the device before the first frame, and refuses one that differs', async () => {
  const { layout } = rampFrame('rgb8');
  const bundle = await readBundleFolder(bundleDirs.segmentation);
  const session = await createNetworkSession(bundle, { providers: ['cpu'] });
  const setup = { bundle, session, frame: layout, camera: undefined, detectorClasses: [] };
  const device = await deviceInput(setup);
  const proven = (input: FrameInput, allow = false) =>
    certifyDeviceInput(input, hostInput(setup), setup, allow);
  await expect(proven(device)).resolves.toBe(true);
  const darkened: FrameInput = {
    ...device,
    take: (pixels) => device.take(pixels.map((v) => v / 2)),
  };
  await expect(proven(darkened)).rejects.toMatchObject({
    code: 'ERR_BUNDLE_UNCERTIFIED',
    message: expect.stringContaining('preprocess: host does without'),
  });
  await expect(proven(darkened, true)).resolves.toBe(false);
  await device.session.dispose();
  await session.dispose();
});
