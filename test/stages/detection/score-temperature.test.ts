import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bundle } from '../../../src/bundle/bundle.js';
import type { SsdOutputSpec } from '../../../src/bundle/output-spec.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { BundleRunner } from '../../../tools/evaluate/bundle-runner.js';
import { writeTinyBundles } from '../../support/tiny-bundles.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-temperature-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** One quarter of the picture is red: a traffic sign to the tiny detector. */
async function seen(bundle: Bundle) {
  const data = new Uint8Array(32 * 32 * 3);
  for (let y = 0; y < 16; y++) for (let x = 0; x < 16; x++) data[(y * 32 + x) * 3] = 120;
  const runner = await BundleRunner.open(bundle, undefined);
  const result = await runner.run({ widthPx: 32, heightPx: 32, data });
  await runner.dispose();
  return result.stage === 'detection' ? result.detections : [];
}

test('a temperature in the manifest changes the published score and nothing else', async () => {
  const bundle = await readBundleFolder((await writeTinyBundles(dir)).detection);
  const decode = bundle.manifest.decode as SsdOutputSpec;
  const tempered = {
    ...bundle,
    manifest: { ...bundle.manifest, decode: { ...decode, scoreTemperature: 2 } },
  };
  const [plain, changed] = [await seen(bundle), await seen(tempered)];
  expect(plain).toHaveLength(1);
  const odds = ({ score }: { score: number }) => Math.log(score / (1 - score));
  expect(plain[0]!.score).toBeGreaterThan(0.6);
  expect(odds(changed[0]!)).toBeCloseTo(odds(plain[0]!) / 2, 4);
  expect(changed.map(({ score: _, ...rest }) => rest)).toEqual(
    plain.map(({ score: _, ...rest }) => rest),
  );
});
