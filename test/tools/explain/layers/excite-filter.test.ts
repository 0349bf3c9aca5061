import { expect, test } from 'vitest';
import { readBundleFolder } from '../../../../src/inference/read-bundle-folder.js';
import { exciteFilter } from '../../../../tools/explain/layers/excite-filter.js';
import { layerNamed } from '../../../../tools/gradients/layers.js';
import { repoDir } from '../../../support/command-line.js';

test('an input made by ascent excites the filter far more than the noise that it began with, and is a picture', async () => {
  const bundle = await readBundleFolder(`${repoDir}models/signs`);
  const layer = layerNamed(bundle, 'stage1_a');
  const { answer, answerAtFirst, input } = exciteFilter(bundle, layer, 7, { steps: 20 });
  expect(answer).toBeGreaterThan(3 * answerAtFirst);
  const { mean, scale } = bundle.manifest.input.spec;
  const levels = input.map((value) => value / scale[0] + mean[0]);
  expect(Math.min(...levels)).toBeGreaterThan(-1);
  expect(Math.max(...levels)).toBeLessThan(256);
});
