import { describe, expect, test } from 'vitest';
import { voidClassId } from '../../../tools/datasets/sample.js';
import { createConfusionMatrix } from '../../../tools/evaluate/confusion-matrix.js';
import {
  claimOfChannels,
  comparableClasses,
  countClassMap,
  segmentationScores,
} from '../../../tools/evaluate/segmentation-scores.js';

const judged = [
  { name: 'drivable', members: ['road'] },
  { name: 'roadside_objects', members: ['pole', 'fence'] },
  { name: 'sky', members: ['sky'] },
];
const network = ['sky', 'road', 'pole', 'fence', 'car'];

/** Scores of answers (classes of the network) beside truths (places in `judged`). */
function scoresOf(pairs: readonly (readonly [truth: number, answer: string])[]) {
  const { answerIds, truthIds, names } = comparableClasses(network, 'here', judged);
  const confusion = createConfusionMatrix(judged.length + 1);
  const truth = Uint8Array.from(pairs, ([id]) => truthIds[id]!);
  const answers = Uint8Array.from(pairs, ([, name]) => answerIds[network.indexOf(name)]!);
  countClassMap(confusion, truth, answers);
  return segmentationScores(confusion, names);
}

describe("a set's own coarse classes", () => {
  test('take each of the fine classes that they hold as right', () => {
    const { mIoU, perClass, pixelAccuracy } = scoresOf([
      [0, 'road'],
      [1, 'pole'],
      [1, 'fence'],
      [2, 'sky'],
    ]);
    expect(perClass).toEqual({ drivable: 1, roadside_objects: 1, sky: 1 });
    expect([mIoU, pixelAccuracy]).toEqual([1, 1]);
  });

  test('are all that the mean is over: an answer that the set has no class for is wrong, and none of its own', () => {
    const { mIoU, perClass } = scoresOf([
      [0, 'road'],
      [0, 'car'],
      [2, 'sky'],
      [voidClassId, 'car'],
    ]);
    // No car with an IoU of 0 beside them.
    expect(perClass).toEqual({ drivable: 0.5, sky: 1 });
    expect(mIoU).toBe(0.75);
  });

  test('are told, with what they hold', () => {
    const { note } = comparableClasses(network, 'here', judged);
    expect(note).toEqual(['judged: drivable (road), roadside_objects (pole, fence), sky']);
  });

  test('match a network that has them itself, and refuse one that has none of them', () => {
    const own = comparableClasses(['sky', 'roadside_objects', 'cat'], 'here', judged);
    expect([...own.answerIds]).toEqual([2, 1, 3]);
    expect(() => comparableClasses(['cat', 'dog'], 'here', judged)).toThrow(
      /roadside_objects \(pole, fence\), sky, found cat, dog/,
    );
  });
});

test('a network that spreads over channels of one judged class claims their sum', () => {
  const { answerIds } = comparableClasses(network, 'here', judged);
  // Of sky, road, pole, fence and car: pole and fence are roadside objects.
  expect(claimOfChannels([0.1, 0.1, 0.4, 0.35, 0.05], answerIds)).toBeCloseTo(0.75, 12);
  expect(claimOfChannels([0.1, 0.6, 0.1, 0.1, 0.1], answerIds)).toBe(0.6);
  expect(claimOfChannels([0, 0, 0.7, 0.3000001, 0], answerIds)).toBe(1);
});
