import { expect, test } from 'vitest';
import { recordingLosses } from '../../src/recording/recording-losses.js';

test('one damaged chunk is one, two are two, and a whole file has lost nothing', () => {
  const whole = { isComplete: true, cutBytes: 0, damagedChunks: 0 };
  expect(recordingLosses(whole)).toEqual([]);
  expect(recordingLosses({ ...whole, damagedChunks: 1 })).toEqual(['has 1 damaged chunk']);
  expect(recordingLosses({ isComplete: false, cutBytes: 9, damagedChunks: 2 })).toEqual([
    'was cut off: 9 bytes at its end cannot be used',
    'has 2 damaged chunks',
  ]);
});
