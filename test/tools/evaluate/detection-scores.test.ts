import { expect, test } from 'vitest';
import { anyClass, type TruthBox } from '../../../tools/datasets/sample.js';
import { detectionScores } from '../../../tools/evaluate/detection-scores.js';
import { type FoundBox, matchBoxes } from '../../../tools/evaluate/match-boxes.js';

const truth = (className: string, left: number, weight = 1): TruthBox => ({
  className,
  boxXyxyPx: [left, 0, left + 10, 10],
  weight,
});
const found = (className: string, left: number, score: number): FoundBox => ({
  className,
  score,
  boxXyxyPx: [left, 0, left + 10, 10],
});
const kinds = (boxes: FoundBox[], truths: TruthBox[]) =>
  matchBoxes(boxes, truths, 'car', 0.5).map(({ kind }) => kind);

test('the best-scored detection takes the box, and a second one of it is a miss', () => {
  const boxes = [found('car', 1, 0.5), found('car', 0, 0.9)];
  expect(kinds(boxes, [truth('car', 0)])).toEqual(['miss', 'hit']);
});

test('an overlap below the limit is a miss: 6 of 14 pixels shared is an IoU of 0.43', () => {
  expect(kinds([found('car', 4, 0.9)], [truth('car', 0)])).toEqual(['miss']);
  expect(kinds([found('car', 3, 0.9)], [truth('car', 0)])).toEqual(['hit']);
});

test('a box of another class is no truth', () => {
  expect(kinds([found('car', 0, 0.9)], [truth('bus', 0)])).toEqual(['miss']);
});

test('a difficult box makes its detections neither right nor wrong, however many', () => {
  const boxes = [found('car', 0, 0.9), found('car', 1, 0.8)];
  expect(kinds(boxes, [truth('car', 0, 0)])).toEqual(['ignored', 'ignored']);
});

test('a region for any class swallows what lies at least half in it, but not a right find', () => {
  const region: TruthBox = { className: anyClass, boxXyxyPx: [0, 0, 100, 100], weight: 0 };
  expect(kinds([found('car', 95, 0.9)], [region])).toEqual(['ignored']);
  expect(kinds([found('car', 96, 0.9)], [region])).toEqual(['miss']);
  expect(kinds([found('car', 20, 0.9)], [region, truth('car', 20)])).toEqual(['hit']);
});

test('precision and recall are read at the threshold, the average precision over all scores', () => {
  const pictures = [
    {
      truth: [truth('car', 0), truth('car', 50), truth('bus', 100)],
      found: [found('car', 0, 0.9), found('car', 70, 0.6), found('car', 50, 0.2)],
    },
    { truth: [], found: [found('car', 0, 0.1)] },
  ];
  const { mAP50, perClass } = detectionScores(pictures, 0.5);
  expect(perClass['car']).toEqual({ ap50: (1 + 2 / 3) / 2, precision: 0.5, recall: 0.5, count: 2 });
  expect(perClass['bus']).toEqual({ ap50: 0, precision: 0, recall: 0, count: 1 });
  expect(mAP50).toBeCloseTo((1 + 2 / 3) / 4, 12);
});

test('classes without truth are not scored: the set may not label them', () => {
  const pictures = [
    {
      truth: [truth('car', 0), truth('bus', 0, 0)],
      found: [found('car', 0, 0.9), found('truck', 50, 0.9)],
    },
  ];
  expect(detectionScores(pictures, 0.5)).toMatchObject({ mAP50: 1 });
  expect(Object.keys(detectionScores(pictures, 0.5).perClass)).toEqual(['car']);
});

test("a teacher's opinion is no truth: it neither counts nor is found", () => {
  const pictures = [
    {
      truth: [truth('car', 0), truth('car', 50, 0.7)],
      found: [found('car', 0, 0.9), found('car', 50, 0.8)],
    },
  ];
  expect(detectionScores(pictures, 0.5).perClass['car']).toMatchObject({
    count: 1,
    precision: 0.5,
  });
});
