import { expect, test } from 'vitest';
import { parseDrills } from '../../src/supervise/drill.js';

test('drills name life, frame, stage and fault', () => {
  expect(parseDrills('')).toEqual([]);
  expect(parseDrills('0:40:segmentation:hang, 1:25:detection:crash')).toEqual([
    { epoch: 0, frameId: 40, stage: 'segmentation', fault: 'hang' },
    { epoch: 1, frameId: 25, stage: 'detection', fault: 'crash' },
  ]);
});

test.each(['40:segmentation:hang', '0:40:segmentation:explode', 'hang'])(
  '%s is refused',
  (text) => {
    expect(() => parseDrills(text)).toThrow(`found "${text}"`);
  },
);
