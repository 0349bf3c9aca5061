import { expect, test } from 'vitest';
import { learnSticker } from '../../../simulator/sticker/learn-sticker.js';
import { asDetection, SignStage } from '../../../simulator/sticker/sign-view.js';
import { faceWith, printable, stickerByChance } from '../../../simulator/sticker/sticker.js';
import { loadAssets } from '../../../simulator/world/assets.js';
import { readBundleFolder } from '../../../src/inference/read-bundle-folder.js';
import { BundleRunner } from '../../../tools/evaluate/bundle-runner.js';
import { createRandom } from '../../../tools/train/random.js';
import { repoDir } from '../../support/command-line.js';

test('a sticker learnt in one scene takes the stop sign’s probability away in a rendering of another', async () => {
  const bundle = await readBundleFolder(`${repoDir}models/signs`);
  const { decode } = bundle.manifest;
  const classId = decode.kind === 'signs' ? decode.classes.indexOf('stop') : -1;
  const stage = new SignStage(await loadAssets(), {
    ...{ classId: 14, sizeM: 0.9, widthPx: 640, heightPx: 360 },
  });
  const place = { left: 0.33, top: 0.5, size: 0.34 };
  const chance = stickerByChance(8, createRandom(1));
  const views = [{ distanceM: 10, turnedRad: 0.1, seed: 3 }];
  const learnt = await learnSticker(bundle, stage, chance, { views, place, classId, steps: 25 });
  expect(Math.min(...learnt.values)).toBeGreaterThanOrEqual(printable[0] - 1e-6);
  expect(Math.max(...learnt.values)).toBeLessThanOrEqual(printable[1] + 1e-6);
  const runner = await BundleRunner.open(bundle, undefined);
  const probability = async (sticker: typeof chance) => {
    const view = { distanceM: 11, turnedRad: 0, seed: 4 };
    const sign = stage.see(view, faceWith(stage.face, place, sticker))!;
    const result = await runner.run(sign.picture, asDetection(sign));
    return result.stage === 'signs' ? result.batch.probabilities[classId]! : Number.NaN;
  };
  expect(await probability(chance)).toBeGreaterThan(0.5);
  expect(await probability(learnt)).toBeLessThan(0.3);
  await runner.dispose();
});
