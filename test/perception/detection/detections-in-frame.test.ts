import { expect, it } from 'vitest';
import { createDetectionList } from '../../../src/perception/detection/detection-list.js';
import { detectionsInFrame } from '../../../src/perception/detection/detections-in-frame.js';
import { createInputMapping } from '../../../src/preprocess/input-mapping.js';
import { inputSpec } from '../../support/frames.js';

it('detections are given in pixels of the frame, and those outside it are left out', () => {
  const list = createDetectionList(3);
  list.count = 3;
  list.classIds.set([2, 1, 0]);
  list.scores.set([0.75, 0.5, 0.25]);
  list.boxesXyxyNorm.set([0.25, 0.5, 0.5, 1.5, 1.25, 0, 1.5, 0.5, -0.5, 0, 0.5, 0.5]);
  const mapping = createInputMapping(inputSpec(), { widthPx: 400, heightPx: 200 });
  expect(detectionsInFrame(list, mapping)).toEqual([
    { classId: 2, score: 0.75, boxXyxyPx: [100, 100, 200, 200], trackId: 0 },
    { classId: 0, score: 0.25, boxXyxyPx: [0, 0, 200, 100], trackId: 0 },
  ]);
});
