import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import type { Dataset, SignSample } from '../../../tools/datasets/sample.js';
import { meanCorruptionError, runStress } from '../../../tools/stress/run-stress.js';
import { StressLines } from '../../../tools/stress/stress-lines.js';
import { stressPage } from '../../../tools/stress/stress-page.js';
import { writeTinyBundles } from '../../support/tiny-bundles.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'windshield-stress-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Plain crops: red ones are `stop`, blue ones `ahead_only` to the tiny network. */
function crops(): Dataset<'signs'> {
  const samples = Array.from({ length: 18 }, (_, i): SignSample => {
    const isRed = i % 2 === 0;
    return {
      id: `crop ${i}`,
      group: `${i}`,
      classId: isRed ? 0 : 2,
      load: async () => {
        const data = new Uint8Array(16 * 16 * 3);
        for (let p = 0; p < data.length; p += 3) data.set(isRed ? [220, 20, 20] : [20, 20, 220], p);
        return { widthPx: 16, heightPx: 16, data };
      },
    };
  });
  const classes = ['stop', 'yield', 'ahead_only'];
  return { task: 'signs', name: 'crops', licence: 'ours', samples, problems: [], classes };
}

test('a colour that is lost costs the network that reads colours, noise does not; the same seed says the same', async () => {
  const bundle = await readBundleFolder((await writeTinyBundles(dir)).signs);
  const stress = () =>
    runStress([bundle, bundle], crops(), {
      corruptions: ['noise', 'dropped-colour'],
      strengths: [1, 5],
      limit: 18,
      seed: 3,
    });
  const report = await stress();
  const [first, second] = report.bundles;
  expect(report.pictures).toBe(18);
  expect(first!.clean).toBe(0);
  expect(first!.errors.noise).toEqual([0, 0]);
  expect(first!.errors['dropped-colour']![0]).toBe(0);
  expect(first!.errors['dropped-colour']![1]).toBeGreaterThan(0);
  expect(first!.meanCorruptionError).toBe(1);
  expect(second!.errors).toEqual(first!.errors);
  expect(await stress()).toEqual(report);
});

test('each row is known as soon as all bundles are scored on it, and an early end keeps the rows before it', async () => {
  const bundle = await readBundleFolder((await writeTinyBundles(dir)).signs);
  const stop = new AbortController();
  const lines = new StressLines(['tiny', 'twin']);
  const shown: string[][] = [];
  let evaluations = 0;
  const report = await runStress([bundle, bundle], crops(), {
    ...{ corruptions: ['noise', 'dropped-colour', 'fog'], strengths: [1], limit: 18, seed: 3 },
    onRow: (now) => shown.push(lines.take(now)),
    // In the middle of the second corruption: one of the two bundles is scored on it.
    onProgress: (done) => {
      evaluations = done;
      if (done === 5) stop.abort();
    },
    signal: stop.signal,
  });
  expect(evaluations).toBe(5);
  expect(shown).toEqual([
    [
      'crops, 18 samples; mean of 1 - accuracy over five strengths',
      '                        tiny   twin',
      'clean                  0.000  0.000',
    ],
    ['noise                  0.000  0.000'],
  ]);
  expect(report.unscored).toEqual(['dropped-colour', 'fog']);
  expect(Object.keys(report.bundles[1]!.errors)).toEqual(['noise']);
  expect(await stressPage(report, crops())).toContain('ended early, without dropped-colour, fog');
});

test('a picture that does not load costs neither the scores nor the page', async () => {
  const bundle = await readBundleFolder((await writeTinyBundles(dir)).signs);
  const dataset = crops();
  // The one that would be the example.
  dataset.samples[9]!.load = () => Promise.reject(new Error('cut off'));
  const report = await runStress([bundle], dataset, {
    ...{ corruptions: ['noise'], strengths: [1], limit: 18, seed: 3 },
  });
  expect(report.pictures).toBe(17);
  expect(await stressPage(report, dataset)).toContain('data:image/png;base64,');
});

test('the mean corruption error weighs each corruption by what it does to the reference', () => {
  const reference = { fog: [0.1, 0.3], night: [0.4, 0.4], jpeg: [0, 0] };
  // Half the error in fog, one and a half of it at night; nothing to compare in jpeg.
  expect(
    meanCorruptionError({ fog: [0.1, 0.1], night: [0.6, 0.6], jpeg: [0.5, 0.5] }, reference),
  ).toBeCloseTo(1, 9);
  expect(meanCorruptionError({ fog: [0.2, 0.6], night: [0.8, 0.8] }, reference)).toBeCloseTo(2, 9);
});
