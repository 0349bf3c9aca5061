import { expect, test } from 'vitest';
import type { SegmentationOutputSpec } from '../../../src/bundle/segmentation-spec.js';
import { scoreSegmentation } from '../../../tools/adopt/score-segmentation.js';
import type { TrialNetwork } from '../../../tools/adopt/trial-network.js';
import { inputSpec } from '../../support/frames.js';

/** Answers one class map of 8 x 8, whatever it sees. */
const answering = (runLengths: number[], runClasses: number[]) => {
  const segmentation = { widthPx: 8, heightPx: 8, runLengths, runClasses };
  return { run: async () => ({ stage: 'segmentation', segmentation }) } as unknown as TrialNetwork;
};

test('without labels, one class everywhere scores nothing, also in a region of the frame', async () => {
  const image = { widthPx: 64, heightPx: 64, data: new Uint8Array(64 * 64 * 3) };
  const score = scoreSegmentation([{ id: 'a', image }], 'tiny');
  const spec = inputSpec({ widthPx: 8, heightPx: 8, regionNorm: [0, 0.5, 1, 1] });
  const decode = { classes: ['road', 'sky'] } as SegmentationOutputSpec;
  const same = await score(answering([64], [1]), spec, decode);
  expect(same).toEqual({ value: 0, parts: { 'same class': 1, variety: 0 } });
  const two = await score(answering([32, 32], [1, 0]), spec, decode);
  expect(two.parts['variety']).toBeGreaterThan(0.4);
  expect(two.value).toBeGreaterThan(0.3);
});
