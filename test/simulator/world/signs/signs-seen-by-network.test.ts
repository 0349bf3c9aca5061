import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadAssets } from '../../../../simulator/world/assets.js';
import { renderSignView } from '../../../../simulator/world/signs/sign-view.js';
import { readBundleFolder } from '../../../../src/inference/read-bundle-folder.js';
import { signClasses } from '../../../../src/perception/classes.js';
import { BundleRunner } from '../../../../tools/evaluate/bundle-runner.js';

const bundleDir = fileURLToPath(new URL('../../../../models/signs', import.meta.url));
const seeds = Array.from({ length: 20 }, (_, i) => 501 + i);

test('the sign network reads 0.95 of the views of each of the 43 signs at 48 px', async () => {
  const bundle = await readBundleFolder(bundleDir);
  const { decode } = bundle.manifest;
  const classNames = decode.kind === 'signs' ? decode.classes : [];
  const runner = await BundleRunner.open(bundle, undefined);
  const assets = await loadAssets();
  const rightByClass = new Map<string, number>();
  for (const [classId, name] of signClasses.entries()) {
    let right = 0;
    for (const seed of seeds) {
      const { image, boxes } = renderSignView(assets, classId, 48, seed);
      const { boxXyxyPx } = boxes.find(({ signClassId }) => signClassId === classId)!;
      expect(Math.abs(boxXyxyPx[3] - boxXyxyPx[1] - 48)).toBeLessThanOrEqual(8);
      // The rig's own sign stage: its crop, its network, its decoding.
      const detection = { classId: 0, score: 1, trackId: 0, boxXyxyPx };
      const result = await runner.run(image, { stage: 'detection', detections: [detection] });
      const probabilities =
        result.stage === 'signs' ? result.batch.probabilities : new Float32Array();
      if (classNames[probabilities.indexOf(Math.max(...probabilities))] === name) right++;
    }
    rightByClass.set(name, right);
  }
  await runner.dispose();
  const misread = [...rightByClass].filter(([, right]) => right / seeds.length < 0.95);
  expect(misread, `signs with fewer than 0.95 of ${seeds.length} views read`).toEqual([]);
});
