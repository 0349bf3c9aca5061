import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  averagePrecision,
  precisionRecallCurve,
} from '../../../tools/evaluate/average-precision.js';

const example = [
  { score: 0.9, isHit: true },
  { score: 0.8, isHit: false },
  { score: 0.7, isHit: true },
  { score: 0.6, isHit: false },
  { score: 0.5, isHit: true },
];

test('the area is taken under the precision made monotone, over every step of recall', () => {
  // Precision 1, 1/2, 2/3, 1/2, 3/5 at recall 1/4, 1/4, 2/4, 2/4, 3/4; the best to the right: 1, 2/3, 3/5.
  expect(averagePrecision(example, 4)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 4, 12);
});

test('a later, higher precision lifts what came before it', () => {
  const hits = [
    { score: 0.9, isHit: false },
    { score: 0.8, isHit: true },
    { score: 0.7, isHit: true },
  ];
  expect(averagePrecision(hits, 2)).toBeCloseTo(2 / 3, 12);
});

test('the curve has one point for each score that occurs', () => {
  const hits = [
    { score: 0.9, isHit: true },
    { score: 0.5, isHit: false },
    { score: 0.5, isHit: true },
  ];
  expect(precisionRecallCurve(hits, 2)).toEqual([
    { score: 0.9, precision: 1, recall: 0.5 },
    { score: 0.5, precision: 2 / 3, recall: 1 },
  ]);
});

test('all found and nothing else is 1; nothing found, or no truth, is 0', () => {
  expect(averagePrecision([{ score: 0.3, isHit: true }], 1)).toBe(1);
  expect(averagePrecision([], 3)).toBe(0);
  expect(averagePrecision([{ score: 0.3, isHit: false }], 0)).toBe(0);
});

const hit = fc.record({
  score: fc.constantFrom(0.1, 0.2, 0.3, 0.4, 0.5, 0.9),
  isHit: fc.boolean(),
});

test('it lies between 0 and 1, the order does not matter, and a worse-scored miss costs nothing', () => {
  fc.assert(
    fc.property(
      fc.array(hit, { maxLength: 30 }),
      fc.integer({ min: 0, max: 5 }),
      (hits, missed) => {
        const truthCount = hits.filter(({ isHit }) => isHit).length + missed;
        const area = averagePrecision(hits, truthCount);
        expect(area).toBeGreaterThanOrEqual(0);
        expect(area).toBeLessThanOrEqual(1 + 1e-12);
        expect(averagePrecision([...hits].reverse(), truthCount)).toBeCloseTo(area, 12);
        const more = [...hits, { score: 0.01, isHit: false }];
        expect(averagePrecision(more, truthCount)).toBeCloseTo(area, 12);
      },
    ),
  );
});
