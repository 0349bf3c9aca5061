import { expect, test } from 'vitest';
import { classScores, rankOfClass } from '../../../tools/evaluate/classification.js';
import {
  accuracyOf,
  countPrediction,
  countsByClass,
  createConfusionMatrix,
} from '../../../tools/evaluate/confusion-matrix.js';
import { countClassMap, segmentationScores } from '../../../tools/evaluate/segmentation-scores.js';

function matrixOf(pairs: [truth: number, predicted: number][]) {
  const matrix = createConfusionMatrix(3);
  for (const [truth, predicted] of pairs) countPrediction(matrix, truth, predicted);
  return matrix;
}

const example = matrixOf([
  [0, 0],
  [0, 0],
  [0, 1],
  [1, 1],
  [2, 0],
]);

test('rows are the truth and columns the prediction', () => {
  expect(countsByClass(example)).toEqual([
    { truePositives: 2, falsePositives: 1, falseNegatives: 1 },
    { truePositives: 1, falsePositives: 1, falseNegatives: 0 },
    { truePositives: 0, falsePositives: 0, falseNegatives: 1 },
  ]);
  expect(accuracyOf(example)).toBe(0.6);
});

test('precision, recall and F1 of a worked example', () => {
  expect(classScores({ truePositives: 6, falsePositives: 2, falseNegatives: 6 })).toEqual({
    precision: 0.75,
    recall: 0.5,
    f1: 0.6,
  });
});

test('a class that was never met scores 0, not NaN', () => {
  const nothing = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  expect(classScores(nothing)).toEqual({ precision: 0, recall: 0, f1: 0 });
  expect(accuracyOf(createConfusionMatrix(4))).toBe(0);
});

test('the rank counts the classes in front, and equal scores go by class id as in an arg max', () => {
  expect(rankOfClass([0.1, 0.7, 0.2], 1)).toBe(0);
  expect(rankOfClass([0.1, 0.7, 0.2], 0)).toBe(2);
  expect([0, 1, 2].map((classId) => rankOfClass([0.5, 0.5, 0.1], classId))).toEqual([0, 1, 2]);
});

test('IoU leaves out void, and the mean leaves out classes that nobody saw', () => {
  const matrix = createConfusionMatrix(3);
  countClassMap(matrix, Uint8Array.of(0, 0, 0, 1, 255, 255), Uint8Array.of(0, 0, 1, 1, 2, 0));
  const scores = segmentationScores(matrix, ['sky', 'road', 'tree']);
  expect(scores.perClass).toEqual({ sky: 2 / 3, road: 1 / 2 });
  expect(scores.mIoU).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  expect(scores.pixelAccuracy).toBe(0.75);
});

test('a class that was predicted and is nowhere true counts with IoU 0', () => {
  const matrix = createConfusionMatrix(2);
  countClassMap(matrix, Uint8Array.of(0, 0), Uint8Array.of(0, 1));
  expect(segmentationScores(matrix, ['sky', 'road'])).toEqual({
    mIoU: 0.25,
    pixelAccuracy: 0.5,
    perClass: { sky: 0.5, road: 0 },
  });
});
